// The monitor's turn: what it adopts, drops and finds wrong, and what it leaves alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "systems/longhorn/world.h"

namespace longhorn {
namespace {

using systems::Variant;
using testing::ElementsAre;
using testing::IsEmpty;

class VerifyTest : public testing::TestWithParam<Variant> {
 protected:
  VerifyTest()
      : world_({.replicas = DisciplineOf(GetParam()),
                .engines = DisciplineOf(GetParam()),
                .backing_images = DisciplineOf(GetParam())}) {}

  Server& server() { return world_.server(); }
  MemoryTarget& target() { return world_.target(); }
  State StateOf(const std::string& replica) { return server().ReplicaGet(replica)->state; }

  World world_;
};

INSTANTIATE_TEST_SUITE_P(Both, VerifyTest, testing::Values(Variant::kAsReported, Variant::kFixed),
                         [](const auto& info) {
                           return info.param == Variant::kFixed ? "Fixed" : "AsReported";
                         });

TEST_P(VerifyTest, AdoptsHeadsOfAnEarlierLife) {
  ASSERT_TRUE(target().BdevLvolCreate(kDisk, "old-r-1", 4).ok());
  ASSERT_TRUE(
      target().BdevLvolSnapshot("disk-1/old-r-1", SnapshotLvolName("old-r-1", "a"), {}).ok());
  ASSERT_TRUE(target().BdevLvolCreate(kDisk, "old-r-1-rebuilding", 4).ok());
  ASSERT_TRUE(server().Verify().ok());
  const ReplicaInfo info = *server().ReplicaGet("old-r-1");
  EXPECT_EQ(info.state, State::kStopped);
  EXPECT_EQ(info.lvs_uuid, world_.lvs_uuid());
  EXPECT_EQ(info.spec_size, kVolumeBytes);
  EXPECT_THAT(info.active_chain, ElementsAre("a"));
  EXPECT_TRUE(info.snapshots.at("a").user_created) << "as long as nothing says otherwise";
  EXPECT_EQ(server().ReplicaList().size(), 1u);
  EXPECT_EQ(world_.MustCreateReplica("old-r-1").snapshots.size(), 1u);
}

TEST_P(VerifyTest, DropsAReplicaWhoseLvolsAreGone) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(target().BdevLvolDelete("disk-1/r").ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(server().ReplicaGet("r").status().code, Code::kNotFound);
  // Upstream forgets the ports as well.
  EXPECT_EQ(server().ports_in_use(), GetParam() == Variant::kFixed ? 0 : World::kPortsPerReplica);
}

TEST_P(VerifyTest, KeepsAReplicaOfWhichSomethingIsLeft) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(server().ReplicaSnapshotCreate("r", {.name = "a"}).ok());
  ASSERT_TRUE(target().BdevLvolDelete("disk-1/r").ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(StateOf("r"), State::kError);
  EXPECT_EQ(server().ReplicaGet("r")->error_msg, "found nil head bdev lvol for replica r");
}

TEST_P(VerifyTest, FindsThatAReplicaIsNotExposed) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(StateOf("r"), State::kRunning);
  ASSERT_TRUE(target().NvmfDeleteSubsystem(Nqn("r")).ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(StateOf("r"), State::kError);
}

TEST_P(VerifyTest, FindsThatAChainIsAnother) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(target().BdevLvolSnapshot("disk-1/r", SnapshotLvolName("r", "alien"), {}).ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(StateOf("r"), State::kError);
}

TEST_P(VerifyTest, WritesAreNoDifference) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(target().WriteBlock("disk-1/r", 0, "data").ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(StateOf("r"), State::kRunning);
  EXPECT_EQ(server().ReplicaGet("r")->actual_size, kMiB);
}

TEST_P(VerifyTest, ACallThatFailedProvesNothing) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(server().ReplicaSnapshotCreate("r", {.name = "a"}).ok());
  target().FailNext("bdev_lvol_get_xattr", SpdkError(kSpdkEbusy, "timed out"));
  EXPECT_EQ(server().Verify().message, "timed out");
  EXPECT_EQ(StateOf("r"), State::kRunning);
  EXPECT_TRUE(server().Verify().ok());
}

TEST_P(VerifyTest, MarksEverythingThatRanWhenTheTargetDies) {
  (void)world_.MustCreateReplica("r-1");
  (void)world_.MustCreateReplica("r-2");
  (void)world_.MustCreateEngine("e", {"r-1"});
  ASSERT_TRUE(server().ReplicaDelete("r-2", false).ok());
  target().Kill();
  EXPECT_TRUE(IsBrokenPipe(server().Verify()));
  EXPECT_EQ(StateOf("r-1"), State::kError);
  EXPECT_EQ(StateOf("r-2"), State::kStopped);
  EXPECT_EQ(server().EngineGet("e")->state, State::kError);
  target().Restart();
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(StateOf("r-1"), State::kError) << "it stays until somebody deletes it";
}

TEST_P(VerifyTest, AdoptsBackingImagesAndRemovesWhatIsLeftOfInterruptedOnes) {
  const std::string lvol = BackingImageLvolName("parrot", world_.lvs_uuid());
  ASSERT_TRUE(target().BdevLvolCreate(kDisk, "source", 1).ok());
  ASSERT_TRUE(target().BdevLvolSnapshot("disk-1/source", lvol, {{"checksum", "abc"}}).ok());
  ASSERT_TRUE(target().BdevLvolDelete("disk-1/source").ok());
  const std::string temp = BackingImageTempName("broken", world_.lvs_uuid());
  ASSERT_TRUE(target().BdevLvolCreate(kDisk, temp, 1).ok());
  ASSERT_TRUE(server().Verify().ok());
  const BackingImageInfo image = *server().BackingImageGet("parrot", world_.lvs_uuid());
  EXPECT_EQ(image.state, BackingImageState::kReady);
  EXPECT_EQ(image.checksum, "abc");
  EXPECT_EQ(image.name, "parrot");
  EXPECT_FALSE(target().BdevGetBdevs(LvolAlias(kDisk, temp)).ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_FALSE(server().BackingImageGet("broken", world_.lvs_uuid()).ok());
}

TEST_P(VerifyTest, ABackingImageFailsWithAWrongChecksum) {
  BackingImageCreateRequest request;
  request.name = "parrot";
  request.lvs_name = kDisk;
  request.lvs_uuid = world_.lvs_uuid();
  request.size = kMiB;
  request.checksum = "wrong";
  const auto source = [] { return std::vector<std::string>{"bird"}; };
  const Result<BackingImageInfo> created = server().BackingImageCreate(request, source);
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(created->state, BackingImageState::kFailed);
  EXPECT_EQ(target().BdevGetBdevs()->size(), 1u) << "nothing is left of it";
  EXPECT_EQ(server().BackingImageExpose("parrot", world_.lvs_uuid()).status().code,
            Code::kFailedPrecondition);
  ASSERT_TRUE(server().BackingImageDelete("parrot", world_.lvs_uuid()).ok());
  request.checksum = "";
  ASSERT_EQ(server().BackingImageCreate(request, source)->state, BackingImageState::kReady);
  EXPECT_EQ(server().BackingImageCreate(request, source).status().code, Code::kAlreadyExists);
  EXPECT_TRUE(server().BackingImageExpose("parrot", world_.lvs_uuid()).ok());
  EXPECT_EQ(server().ports_in_use(), 1);
  EXPECT_TRUE(server().BackingImageUnexpose("parrot", world_.lvs_uuid()).ok());
  EXPECT_EQ(server().ports_in_use(), 0);
}

// The rest is what the owned directory promises while others are at work.

TEST(OwnedVerifyTest, NeverSeesHalfACreation) {
  World world({});
  std::thread monitor([&] { EXPECT_TRUE(world.server().Verify().ok()); });
  std::thread reader([&] {
    for (const auto& [name, info] : world.server().ReplicaList()) {
      EXPECT_EQ(info.state, State::kRunning);
    }
  });
  (void)world.MustCreateReplica("r");
  EXPECT_TRUE(world.server().ReplicaGet("r").ok());
  reader.join();
  monitor.join();
  EXPECT_TRUE(world.server().ReplicaGet("r").ok());
  world.EnsureNoPortLeaks();
}

TEST(OwnedVerifyTest, DoesNotBringBackWhatIsDeleted) {
  World world({});
  (void)world.MustCreateReplica("r");
  std::thread monitor([&] { EXPECT_TRUE(world.server().Verify().ok()); });
  EXPECT_TRUE(world.server().ReplicaDelete("r", true).ok());
  EXPECT_FALSE(world.server().ReplicaGet("r").ok());
  monitor.join();
  EXPECT_THAT(world.server().ReplicaList(), IsEmpty());
  world.EnsureNoPortLeaks();
}

TEST(OwnedVerifyTest, TicksByItselfUntilTheServerStops) {
  World world({.monitor_interval = std::chrono::seconds(3)});
  ASSERT_TRUE(world.target().BdevLvolCreate(kDisk, "old-r-1", 4).ok());
  world.server().Stop();
  world.server().Stop();
}

}  // namespace
}  // namespace longhorn
