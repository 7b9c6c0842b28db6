// Replicas as clients see them, under the rules of the report and under those that hold: what one client alone sees is the
// same.
#include "systems/longhorn/replica.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "systems/longhorn/world.h"

namespace longhorn {
namespace {

using systems::Variant;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReplicaTest : public testing::TestWithParam<Variant> {
 protected:
  ReplicaTest()
      : world_({.replicas = DisciplineOf(GetParam()),
                .engines = DisciplineOf(GetParam()),
                .backing_images = DisciplineOf(GetParam())}) {}

  Server& server() { return world_.server(); }
  MemoryTarget& target() { return world_.target(); }
  ReplicaInfo Get() { return *server().ReplicaGet("r"); }
  Status Snapshot(const std::string& name, bool user_created = true) {
    return server().ReplicaSnapshotCreate("r", {name, user_created, "2024-12-11T00:00:00Z"});
  }
  void WriteHead(uint64_t block, const std::string& data) {
    EXPECT_TRUE(target().WriteBlock(LvolAlias(kDisk, "r"), block, data).ok());
  }
  std::string SnapshotAlias(const std::string& name) {
    return LvolAlias(kDisk, SnapshotLvolName("r", name));
  }

  World world_;
};

INSTANTIATE_TEST_SUITE_P(Both, ReplicaTest, testing::Values(Variant::kAsReported, Variant::kFixed),
                         [](const auto& info) {
                           return info.param == Variant::kFixed ? "Fixed" : "AsReported";
                         });

TEST_P(ReplicaTest, IsCreatedExposedAndRunning) {
  ReplicaCreateRequest request = world_.ReplicaRequest("r");
  request.spec_size = kMiB + 1;
  const Result<ReplicaInfo> created = server().ReplicaCreate(request);
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(created->state, State::kRunning);
  EXPECT_EQ(created->spec_size, 2 * kMiB);
  EXPECT_EQ(created->port_end - created->port_start + 1, World::kPortsPerReplica);
  EXPECT_EQ(created->head.name, kHeadName);
  const SubsystemInfo exposed = target().NvmfGetSubsystems()->front();
  EXPECT_EQ(exposed.nqn, Nqn("r"));
  EXPECT_EQ(exposed.trsvcid, created->port_start);
  EXPECT_EQ(exposed.bdev, created->head.uuid);
  world_.EnsureNoPortLeaks();
}

TEST_P(ReplicaTest, RequestsThatMissSomethingAreInvalid) {
  for (int missing = 0; missing < 6; ++missing) {
    ReplicaCreateRequest request = world_.ReplicaRequest("r");
    if (missing == 0) request.name = "";
    if (missing == 1) request.lvs_name = "";
    if (missing == 2) request.lvs_uuid = "";
    if (missing == 3) request.spec_size = 0;
    if (missing == 4) request.port_count = 0;
    if (missing == 5) request.name = "r-rebuilding";
    EXPECT_EQ(server().ReplicaCreate(request).status().code, Code::kInvalidArgument) << missing;
  }
}

TEST_P(ReplicaTest, NeedsAStore) {
  ReplicaCreateRequest request = world_.ReplicaRequest("r");
  request.lvs_uuid = "another";
  EXPECT_EQ(server().ReplicaCreate(request).status().code, Code::kNotFound);
  EXPECT_EQ(server().ReplicaGet("r").status().message, "cannot find replica r");
}

TEST_P(ReplicaTest, IsNotCreatedTwice) {
  (void)world_.MustCreateReplica("r");
  const Status again = world_.CreateReplica("r").status();
  EXPECT_EQ(again.code, Code::kAlreadyExists);
  EXPECT_EQ(again.message, "replica r already exists and running");
  world_.EnsureNoPortLeaks();
}

TEST_P(ReplicaTest, AFailureWithinIsAnObjectInError) {
  target().FailNext("nvmf_subsystem_add_listener", SpdkError(kSpdkInvalidParams, "planned"));
  const Result<ReplicaInfo> created = world_.CreateReplica("r");
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(created->state, State::kError);
  EXPECT_EQ(created->error_msg, "planned");
  EXPECT_EQ(server().ports_in_use(), 0);
  EXPECT_THAT(*target().NvmfGetSubsystems(), IsEmpty());
  const Status again = world_.CreateReplica("r").status();
  EXPECT_EQ(again.code, Code::kFailedPrecondition);
  EXPECT_EQ(again.message, "invalid state error for replica r creation");
  EXPECT_TRUE(server().ReplicaDelete("r", true).ok());
  EXPECT_EQ(world_.CreateReplica("r")->state, State::kRunning);
}

TEST_P(ReplicaTest, DeletedWithoutCleanupItIsStoppedAndCanRunAgain) {
  (void)world_.MustCreateReplica("r");
  WriteHead(0, "kept");
  ASSERT_TRUE(server().ReplicaDelete("r", false).ok());
  EXPECT_EQ(Get().state, State::kStopped);
  EXPECT_EQ(server().ports_in_use(), 0);
  EXPECT_EQ(world_.MustCreateReplica("r").state, State::kRunning);
  EXPECT_EQ(world_.BlockOfReplica("r", 0), "kept");
}

TEST_P(ReplicaTest, DeletedWithCleanupItIsGone) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(Snapshot("a").ok());
  ASSERT_TRUE(Snapshot("b").ok());
  ASSERT_TRUE(server().ReplicaDelete("r", true).ok());
  EXPECT_EQ(server().ReplicaGet("r").status().code, Code::kNotFound);
  EXPECT_EQ(target().BdevGetBdevs()->size(), 1u);  // the disk
  EXPECT_THAT(*target().NvmfGetSubsystems(), IsEmpty());
  EXPECT_EQ(server().ports_in_use(), 0);
  EXPECT_TRUE(server().ReplicaDelete("r", true).ok()) << "nothing to delete is success";
}

TEST_P(ReplicaTest, SnapshotsFormAChain) {
  (void)world_.MustCreateReplica("r");
  WriteHead(0, "in a");
  ASSERT_TRUE(Snapshot("a").ok());
  ASSERT_TRUE(Snapshot("b", false).ok());
  const ReplicaInfo info = Get();
  EXPECT_THAT(info.active_chain, ElementsAre("a", "b"));
  EXPECT_EQ(info.head.parent, "b");
  EXPECT_THAT(info.snapshots.at("a").children, ElementsAre("b"));
  EXPECT_THAT(info.snapshots.at("b").children, ElementsAre("volume-head"));
  EXPECT_TRUE(info.snapshots.at("a").user_created);
  EXPECT_FALSE(info.snapshots.at("b").user_created);
  EXPECT_EQ(info.snapshots.at("a").snapshot_timestamp, "2024-12-11T00:00:00Z");
  EXPECT_EQ(info.snapshots.at("a").actual_size, kMiB);
  EXPECT_EQ(Snapshot("a").code, Code::kAlreadyExists);
  EXPECT_EQ(Snapshot("").code, Code::kInvalidArgument);
  EXPECT_EQ(server().ReplicaSnapshotCreate("none", {.name = "a"}).code, Code::kNotFound);
}

TEST_P(ReplicaTest, AFailingSnapshotIsTheEndOfIt) {
  (void)world_.MustCreateReplica("r");
  target().FailNext("bdev_lvol_snapshot", SpdkError(kSpdkEnospc, "planned"));
  EXPECT_FALSE(Snapshot("a").ok());
  EXPECT_EQ(Get().state, State::kError);
  EXPECT_EQ(Snapshot("b").code, Code::kFailedPrecondition);
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().state, State::kError) << "looking at it does not heal it";
}

TEST_P(ReplicaTest, ASnapshotWithSeveralChildrenIsNotDeleted) {
  (void)world_.MustCreateReplica("r");
  ASSERT_TRUE(Snapshot("a").ok());
  ASSERT_TRUE(Snapshot("b").ok());
  ASSERT_TRUE(server().ReplicaSnapshotRevert("r", "a").ok());
  const Status refused = server().ReplicaSnapshotDelete("r", "a");
  EXPECT_EQ(refused.message, "cannot delete snapshot a(disk-1/r-snap-a) since it has 2 children");
  EXPECT_EQ(Get().state, State::kRunning) << "nothing was touched";
  ASSERT_TRUE(server().ReplicaSnapshotDelete("r", "b").ok());
  ASSERT_TRUE(server().ReplicaSnapshotDelete("r", "a").ok());
  EXPECT_TRUE(server().ReplicaSnapshotDelete("r", "a").ok()) << "it is gone already";
  EXPECT_THAT(Get().snapshots, IsEmpty());
}

TEST_P(ReplicaTest, RevertGoesBackToTheSnapshot) {
  (void)world_.MustCreateReplica("r");
  WriteHead(0, "old");
  ASSERT_TRUE(Snapshot("a").ok());
  WriteHead(0, "new");
  EXPECT_EQ(server().ReplicaSnapshotRevert("r", "none").code, Code::kNotFound);
  ASSERT_TRUE(server().ReplicaSnapshotRevert("r", "a").ok());
  EXPECT_EQ(world_.BlockOfReplica("r", 0), "old");
  EXPECT_EQ(target().NvmfGetSubsystems()->front().bdev, Get().head.uuid) << "exposed again";
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().state, State::kRunning);
}

TEST_P(ReplicaTest, PurgeDeletesWhatNobodyMadeAndNobodyNeeds) {
  (void)world_.MustCreateReplica("r");
  WriteHead(0, "data");
  ASSERT_TRUE(Snapshot("system-1", false).ok());
  ASSERT_TRUE(Snapshot("user", true).ok());
  ASSERT_TRUE(Snapshot("system-2", false).ok());
  ASSERT_TRUE(Snapshot("system-3", false).ok());
  ASSERT_TRUE(server().ReplicaSnapshotPurge("r").ok());
  EXPECT_THAT(Get().active_chain, ElementsAre("user", "system-3"));
  EXPECT_EQ(world_.BlockOfReplica("r", 0), "data");
}

TEST_P(ReplicaTest, HashRegistersAChecksum) {
  (void)world_.MustCreateReplica("r");
  WriteHead(0, "data");
  ASSERT_TRUE(Snapshot("a").ok());
  EXPECT_EQ(Get().snapshots.at("a").snapshot_checksum, "");
  ASSERT_TRUE(server().ReplicaSnapshotHash("r", "a", false).ok());
  EXPECT_EQ(Get().snapshots.at("a").snapshot_checksum,
            *target().BdevLvolGetSnapshotChecksum(SnapshotAlias("a")));
  target().FailNext("bdev_lvol_register_snapshot_checksum", SpdkError(kSpdkEbusy, "planned"));
  EXPECT_TRUE(server().ReplicaSnapshotHash("r", "a", false).ok()) << "there is one already";
  EXPECT_EQ(server().ReplicaSnapshotHash("r", "a", true).message, "planned");
  EXPECT_EQ(Get().state, State::kRunning);
  EXPECT_EQ(server().ReplicaSnapshotHash("r", "none", true).code, Code::kNotFound);
}

TEST_P(ReplicaTest, ExpandsAndDoesNotShrink) {
  (void)world_.MustCreateReplica("r");
  const int port = Get().port_start;
  EXPECT_EQ(server().ReplicaExpand("r", kMiB).code, Code::kInvalidArgument);
  ASSERT_TRUE(server().ReplicaExpand("r", 8 * kMiB).ok());
  EXPECT_EQ(Get().spec_size, 8 * kMiB);
  EXPECT_EQ(Get().port_start, port);
  WriteHead(2047, "last block");
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().state, State::kRunning);
}

TEST_P(ReplicaTest, ABackingImageIsWhatItReadsAtFirst) {
  BackingImageCreateRequest image;
  image.name = "parrot";
  image.lvs_name = kDisk;
  image.lvs_uuid = world_.lvs_uuid();
  image.size = 2 * kMiB;
  ASSERT_EQ(
      server().BackingImageCreate(image, [] { return std::vector<std::string>{"bird"}; })->state,
      BackingImageState::kReady);
  ReplicaCreateRequest request = world_.ReplicaRequest("r");
  request.backing_image_name = "parrot";
  ASSERT_EQ(server().ReplicaCreate(request)->state, State::kRunning);
  EXPECT_EQ(Get().backing_image_name, "parrot");
  EXPECT_EQ(Get().spec_size, kVolumeBytes);
  EXPECT_EQ(world_.BlockOfReplica("r", 0), "bird");
  EXPECT_EQ(server().BackingImageDelete("parrot", image.lvs_uuid).code, Code::kFailedPrecondition);
  ASSERT_TRUE(server().ReplicaDelete("r", true).ok());
  EXPECT_TRUE(server().BackingImageDelete("parrot", image.lvs_uuid).ok());
}

TEST_P(ReplicaTest, DisksAreMadeOnceAndDeletedWhenTheyAreEmpty) {
  const DiskInfo disk = *server().DiskGet(kDisk);
  EXPECT_EQ(disk.total_size, 64 * kMiB);
  EXPECT_EQ(server().DiskCreate({.disk_name = "", .disk_path = "/x"}).status().code,
            Code::kInvalidArgument);
  (void)world_.MustCreateReplica("r");
  EXPECT_EQ(server().DiskDelete(kDisk).code, Code::kFailedPrecondition);
  ASSERT_TRUE(server().ReplicaDelete("r", true).ok());
  EXPECT_TRUE(server().DiskDelete(kDisk).ok());
  EXPECT_EQ(server().DiskGet(kDisk).status().code, Code::kNotFound);
}

// R4.
TEST(ReplicaCreateTest, ACreationThatFailsEarlyLeavesNothingWhereOneOwnsTheName) {
  for (const bool owned : {false, true}) {
    World world({.replicas = owned ? kOwned : Discipline(kDeferredInsert)});
    ReplicaCreateRequest request = world.ReplicaRequest("r");
    request.backing_image_name = "none";
    const Status status = world.server().ReplicaCreate(request).status();
    EXPECT_EQ(status.code, Code::kNotFound);
    EXPECT_EQ(world.server().ReplicaGet("r").ok(), !owned) << "upstream shows a pending one";
  }
}

TEST(ReplicaCreateTest, OfTwoCreationsOneWinsAndTheOtherIsTold) {
  World world({});
  Result<ReplicaInfo> other = Status{};
  std::thread twin([&] { other = world.CreateReplica("r"); });
  const Result<ReplicaInfo> mine = world.CreateReplica("r");
  twin.join();
  EXPECT_NE(mine.ok(), other.ok());
  EXPECT_EQ((mine.ok() ? other : mine).status().code, Code::kAlreadyExists);
  world.EnsureNoPortLeaks();
}

TEST(ReplicaCreateTest, ADeleteAndACreateOfOneNameComeOneAfterTheOther) {
  World world({});
  (void)world.MustCreateReplica("r");
  Status deleted;
  std::thread client([&] { deleted = world.server().ReplicaDelete("r", true); });
  const Result<ReplicaInfo> created = world.CreateReplica("r");
  client.join();
  EXPECT_TRUE(deleted.ok());
  // Either it came first and the name was taken, or it made the replica anew.
  EXPECT_EQ(world.server().ReplicaGet("r").ok(), created.ok());
  EXPECT_EQ(world.target().BdevGetBdevs(LvolAlias(kDisk, "r")).ok(), created.ok());
  world.EnsureNoPortLeaks();
}

// R7.
TEST(WatchTest, EndsWithTheServerAndTellsWhatWasMissed) {
  World world({});
  const Watch watch = world.server().ReplicaWatch();
  (void)world.MustCreateReplica("r");
  for (int i = 0; i < 101; ++i) (void)world.server().ReplicaSnapshotPurge("r");
  world.server().Stop();
  int updates = 0;
  systems::Delivery<Update> delivery = watch->Take();
  for (; delivery.value; delivery = watch->Take()) ++updates;
  EXPECT_EQ(updates, 100);
  EXPECT_EQ(delivery.missed, 2u);
  EXPECT_FALSE(watch->Take().value.has_value()) << "and does not spin, or wait";
}

}  // namespace
}  // namespace longhorn
