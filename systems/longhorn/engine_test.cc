// Engines: the volume over its replicas, its snapshots, and replicas that come, fail and go.
#include "systems/longhorn/engine.h"

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
using testing::Pair;
using testing::UnorderedElementsAre;

class EngineTest : public testing::TestWithParam<Variant> {
 protected:
  EngineTest()
      : world_({.replicas = DisciplineOf(GetParam()), .engines = DisciplineOf(GetParam())}) {
    (void)world_.MustCreateReplica("r-1");
    (void)world_.MustCreateReplica("r-2");
  }

  Server& server() { return world_.server(); }
  MemoryTarget& target() { return world_.target(); }
  EngineInfo Get() { return *server().EngineGet("e"); }
  void Start(const std::string& frontend = kFrontendNvmf) {
    (void)world_.MustCreateEngine("e", {"r-1", "r-2"}, frontend);
  }
  // Through a device of its own: an engine that was made anew has a new one.
  void Write(uint64_t block, const std::string& data) {
    EXPECT_TRUE((*server().EngineDevice("e"))->Write(block, data).ok());
  }
  std::string Read(uint64_t block) { return TrimBlock((*server().EngineDevice("e"))->Read(block)); }
  Status Snapshot(const std::string& name) {
    return server().EngineSnapshotCreate("e", {.name = name}).status();
  }
  // r-3, as a new replica of the engine.
  Status Add(bool fast_sync = false) {
    return server().EngineReplicaAdd("e", "r-3", world_.AddressOf("r-3"), fast_sync);
  }

  World world_;
};

INSTANTIATE_TEST_SUITE_P(Both, EngineTest, testing::Values(Variant::kAsReported, Variant::kFixed),
                         [](const auto& info) {
                           return info.param == Variant::kFixed ? "Fixed" : "AsReported";
                         });

TEST_P(EngineTest, WritesToEveryReplica) {
  Start();
  const EngineInfo info = Get();
  EXPECT_EQ(info.state, State::kRunning);
  EXPECT_THAT(info.replica_mode_map,
              UnorderedElementsAre(Pair("r-1", Mode::kRW), Pair("r-2", Mode::kRW)));
  EXPECT_THAT(info.endpoint, HasSubstr("/nqn.2023-01.io.longhorn.spdk:e"));
  Write(1023, "last block");
  EXPECT_EQ(Read(1023), "last block");
  EXPECT_EQ(world_.BlockOfReplica("r-1", 1023), "last block");
  EXPECT_EQ(world_.BlockOfReplica("r-2", 1023), "last block");
}

TEST_P(EngineTest, RequestsAreChecked) {
  EXPECT_EQ(world_.CreateEngine("", {"r-1"}).status().code, Code::kInvalidArgument);
  EXPECT_EQ(world_.CreateEngine("e", {"r-1"}, "ublk").status().code, Code::kInvalidArgument);
  Start();
  EXPECT_EQ(world_.CreateEngine("e", {"r-1"}).status().code, Code::kAlreadyExists);
  EXPECT_EQ(server().EngineGet("none").status().message, "cannot find engine none");
  EXPECT_EQ(server().EngineSuspend("none").code, Code::kNotFound);
}

TEST_P(EngineTest, WithoutAReplicaItIsInError) {
  const Result<EngineInfo> created = world_.CreateEngine("e", {"none"});
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(created->state, State::kError);
  EXPECT_THAT(created->replica_mode_map, ElementsAre(Pair("none", Mode::kErr)));
  EXPECT_TRUE(server().EngineDelete("e").ok());
  world_.EnsureNoPortLeaks();
}

TEST_P(EngineTest, AReplicaThatCannotBeReachedIsErrAndTheOthersGoOn) {
  const Result<EngineInfo> created = world_.CreateEngine("e", {"r-1", "none"});
  EXPECT_EQ(created->state, State::kRunning);
  EXPECT_THAT(created->replica_mode_map,
              UnorderedElementsAre(Pair("r-1", Mode::kRW), Pair("none", Mode::kErr)));
}

TEST_P(EngineTest, DeletedItLeavesTheReplicas) {
  Start();
  const std::shared_ptr<VolumeDevice> device = *server().EngineDevice("e");
  ASSERT_TRUE(server().EngineDelete("e").ok());
  EXPECT_EQ(device->Write(0, "x").spdk_code, kSpdkEio);
  EXPECT_FALSE(target().BdevGetBdevs("e").ok());
  EXPECT_EQ(server().ReplicaGet("r-1")->state, State::kRunning);
  EXPECT_TRUE(server().EngineDelete("e").ok());
  world_.EnsureNoPortLeaks();
}

TEST_P(EngineTest, IoWaitsWhileItIsSuspended) {
  Start();
  ASSERT_TRUE(server().EngineSuspend("e").ok());
  EXPECT_EQ(Get().state, State::kSuspended);
  EXPECT_EQ(Snapshot("a").code, Code::kFailedPrecondition);
  const std::shared_ptr<VolumeDevice> device = *server().EngineDevice("e");
  std::thread writer([&] { EXPECT_TRUE(device->Write(0, "late").ok()); });
  EXPECT_EQ(world_.BlockOfReplica("r-1", 0), "");
  ASSERT_TRUE(server().EngineResume("e").ok());
  writer.join();
  EXPECT_EQ(world_.BlockOfReplica("r-1", 0), "late");
}

TEST_P(EngineTest, SnapshotsAreMadeOnEveryReplica) {
  Start();
  ASSERT_TRUE(Snapshot("a").ok());
  const Result<std::string> named = server().EngineSnapshotCreate("e", {});
  EXPECT_EQ(named->size(), 8u);
  EXPECT_EQ(Get().snapshots.size(), 2u);
  for (const std::string replica : {"r-1", "r-2"}) {
    EXPECT_THAT(server().ReplicaGet(replica)->active_chain, ElementsAre("a", *named));
  }
  EXPECT_EQ(Snapshot("a").code, Code::kAlreadyExists);
  ASSERT_TRUE(server().EngineSnapshotMaxCountSet("e", 2).ok());
  EXPECT_EQ(Snapshot("b").code, Code::kFailedPrecondition);
  EXPECT_EQ(server().EngineSnapshotMaxCountSet("e", -1).code, Code::kInvalidArgument);
}

TEST_P(EngineTest, AReplicaOnWhichASnapshotFailsIsErr) {
  Start();
  target().FailNext("bdev_lvol_snapshot", SpdkError(kSpdkEnospc, "planned"));
  ASSERT_TRUE(Snapshot("a").ok());
  EXPECT_THAT(Get().replica_mode_map,
              UnorderedElementsAre(Pair("r-1", Mode::kErr), Pair("r-2", Mode::kRW)));
  EXPECT_THAT(target().BdevGetBdevs("e")->front().raid->base_bdevs, ElementsAre("r-2n1"));
  Write(0, "without it");
  EXPECT_EQ(world_.BlockOfReplica("r-1", 0), "");
}

TEST_P(EngineTest, DeletesSnapshotsThatNothingStandsOn) {
  Start();
  Write(0, "first");
  ASSERT_TRUE(Snapshot("a").ok());
  ASSERT_TRUE(Snapshot("b").ok());
  EXPECT_EQ(server().EngineSnapshotDelete("e", "b").message,
            "cannot delete snapshot b since it is the parent of volume head");
  ASSERT_TRUE(server().EngineSnapshotDelete("e", "a").ok());
  EXPECT_TRUE(server().EngineSnapshotDelete("e", "a").ok());
  EXPECT_EQ(Get().snapshots.size(), 1u);
  EXPECT_EQ(Read(0), "first");
}

TEST_P(EngineTest, RevertsWithoutAFrontendAndBranches) {
  Start();
  Write(0, "old");
  ASSERT_TRUE(Snapshot("a").ok());
  Write(0, "new");
  ASSERT_TRUE(Snapshot("b").ok());
  EXPECT_EQ(server().EngineSnapshotRevert("e", "a").code, Code::kFailedPrecondition);
  ASSERT_TRUE(server().EngineDelete("e").ok());
  Start(kFrontendNone);
  EXPECT_EQ(server().EngineDevice("e").status().code, Code::kFailedPrecondition);
  EXPECT_EQ(server().EngineSnapshotRevert("e", "none").code, Code::kNotFound);
  ASSERT_TRUE(server().EngineSnapshotRevert("e", "a").ok());
  ASSERT_TRUE(Snapshot("c").ok());
  EXPECT_EQ(server().EngineSnapshotDelete("e", "a").message,
            "cannot delete snapshot a since it contains multiple children");
  ASSERT_TRUE(server().EngineDelete("e").ok());
  Start();
  EXPECT_EQ(Read(0), "old");
  EXPECT_EQ(world_.BlockOfReplica("r-2", 0), "old");
}

TEST_P(EngineTest, PurgesAndHashes) {
  Start();
  ASSERT_TRUE(server().EngineSnapshotCreate("e", {"system", false, ""}).ok());
  ASSERT_TRUE(Snapshot("a").ok());
  ASSERT_TRUE(server().EngineSnapshotPurge("e").ok());
  EXPECT_EQ(Get().snapshots.count("system"), 0u);
  ASSERT_TRUE(server().EngineSnapshotHash("e", "a", false).ok());
  EXPECT_NE(Get().snapshots.at("a").snapshot_checksum, "");
  EXPECT_EQ(server().EngineSnapshotHash("e", "none", false).code, Code::kNotFound);
}

TEST_P(EngineTest, ExpandsWithItsReplicas) {
  Start();
  Write(0, "kept");
  EXPECT_EQ(server().EngineExpand("e", kMiB).code, Code::kInvalidArgument);
  ASSERT_TRUE(server().EngineExpand("e", 8 * kMiB).ok());
  EXPECT_EQ(Get().spec_size, 8 * kMiB);
  EXPECT_THAT(Get().replica_mode_map,
              UnorderedElementsAre(Pair("r-1", Mode::kRW), Pair("r-2", Mode::kRW)));
  Write(2047, "further");
  EXPECT_EQ(Read(0) + Read(2047), "keptfurther");
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().state, State::kRunning);
}

TEST_P(EngineTest, VerifyFindsAReplicaThatTheRaidThrewOut) {
  Start();
  ASSERT_TRUE(target().NvmfDeleteSubsystem(Nqn("r-1")).ok());
  Write(0, "one only");
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().replica_mode_map.at("r-1"), Mode::kErr);
  EXPECT_EQ(Get().state, State::kRunning);
  ASSERT_TRUE(target().NvmfDeleteSubsystem(Nqn("r-2")).ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().state, State::kError);
}

TEST_P(EngineTest, VerifyFindsThatTheRaidIsGone) {
  Start();
  ASSERT_TRUE(target().BdevRaidDelete("e").ok());
  ASSERT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().state, State::kError);
}

TEST_P(EngineTest, SalvageKeepsTheReplicasThatHoldTheMost) {
  ASSERT_TRUE(target().WriteBlock("disk-1/r-2", 0, "data").ok());
  ASSERT_TRUE(server().Verify().ok());
  Engine::Spec spec;
  spec.name = "e";
  spec.volume_name = "v";
  spec.spec_size = kVolumeBytes;
  spec.replica_address_map = {{"r-1", world_.AddressOf("r-1")}, {"r-2", world_.AddressOf("r-2")}};
  spec.salvage_requested = true;
  EXPECT_THAT(server().EngineCreate(spec, 1)->replica_mode_map,
              ElementsAre(Pair("r-2", Mode::kRW)));
}

TEST_P(EngineTest, ARebuiltReplicaHoldsEverything) {
  Start();
  Write(0, "in a");
  ASSERT_TRUE(Snapshot("a").ok());
  Write(256, "in b");
  ASSERT_TRUE(Snapshot("b").ok());
  Write(512, "in the head");
  (void)world_.MustCreateReplica("r-3");
  ASSERT_TRUE(Add().ok());
  EXPECT_EQ(Get().replica_mode_map.count("r-3"), 1u);
  Write(0, "meanwhile");
  server().WaitForRebuilds();
  EXPECT_EQ(Get().replica_mode_map.at("r-3"), Mode::kRW);
  const ReplicaInfo rebuilt = *server().ReplicaGet("r-3");
  EXPECT_FALSE(rebuilt.rebuilding);
  EXPECT_EQ(rebuilt.active_chain, server().ReplicaGet("r-1")->active_chain);
  EXPECT_EQ(world_.BlockOfReplica("r-3", 0), "meanwhile");
  EXPECT_EQ(world_.BlockOfReplica("r-3", 256), "in b");
  EXPECT_EQ(world_.BlockOfReplica("r-3", 512), "in the head");
  EXPECT_EQ(TrimBlock(target().ReadBlock("disk-1/" + SnapshotLvolName("r-3", "a"), 0)), "in a");
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(Get().replica_mode_map.at("r-3"), Mode::kRW);
  // Head, RAID, and nothing that served the rebuild.
  EXPECT_EQ(target().NvmfGetSubsystems()->size(), 4u);
  EXPECT_FALSE(target().BdevGetBdevs("r-3-externaln1").ok());
  world_.EnsureNoPortLeaks();
}

TEST_P(EngineTest, ASnapshotMayBeMadeWhileAReplicaIsRebuilt) {
  Start();
  Write(0, "before");
  (void)world_.MustCreateReplica("r-3");
  ASSERT_TRUE(Add().ok());
  Write(0, "during");
  ASSERT_TRUE(Snapshot("during").ok());
  Write(0, "after");
  server().WaitForRebuilds();
  EXPECT_EQ(Get().replica_mode_map.at("r-3"), Mode::kRW);
  EXPECT_EQ(world_.BlockOfReplica("r-3", 0), "after");
  EXPECT_EQ(TrimBlock(target().ReadBlock("disk-1/r-3-snap-during", 0)), "during");
  EXPECT_EQ(server().ReplicaGet("r-3")->active_chain, server().ReplicaGet("r-1")->active_chain);
}

TEST_P(EngineTest, AReplicaThatComesBackKeepsWhatIsIntact) {
  (void)world_.MustCreateReplica("r-3");
  (void)world_.MustCreateEngine("e", {"r-1", "r-3"});
  Write(0, "in a");
  ASSERT_TRUE(server().EngineSnapshotCreate("e", {"a", true, "then"}).ok());
  ASSERT_TRUE(server().EngineSnapshotHash("e", "a", false).ok());
  const std::string before = server().ReplicaGet("r-3")->snapshots.at("a").uuid;
  ASSERT_TRUE(server().EngineReplicaDelete("e", "r-3").ok());
  Write(256, "missed");
  ASSERT_TRUE(Add(true).ok());
  server().WaitForRebuilds();
  EXPECT_EQ(Get().replica_mode_map.at("r-3"), Mode::kRW);
  EXPECT_EQ(server().ReplicaGet("r-3")->snapshots.at("a").uuid, before);
  EXPECT_EQ(world_.BlockOfReplica("r-3", 0), "in a");
  EXPECT_EQ(world_.BlockOfReplica("r-3", 256), "missed");
}

TEST_P(EngineTest, WhileOneIsRebuiltOtherThingsMustWait) {
  Start();
  // So that the rebuild cannot end: its source helps nobody else, and its engine waits.
  (void)world_.MustCreateReplica("r-3");
  (void)world_.MustCreateReplica("r-4");
  EXPECT_EQ(server().EngineReplicaAdd("e", "r-1", world_.AddressOf("r-1")).code,
            Code::kAlreadyExists);
  EXPECT_EQ(server().EngineReplicaDelete("e", "r-3").code, Code::kNotFound);
  ASSERT_EQ(server().ReplicaSnapshotCreate("r-1", {.name = "s"}).ok(), true);
  ASSERT_TRUE(server().ReplicaRebuildingSrcStart("r-1", "r-3", "s").ok());
  EXPECT_EQ(server().ReplicaRebuildingSrcStart("r-1", "r-4", "s").status().code,
            Code::kFailedPrecondition);
  EXPECT_EQ(server().ReplicaRebuildingSrcStart("r-2", "r-4", "none").status().code,
            Code::kNotFound);
  EXPECT_TRUE(server().ReplicaRebuildingSrcFinish("r-1", "r-3").ok());
  EXPECT_EQ(server().ReplicaRebuildingDstSnapshotCreate("r-3", "s").code,
            Code::kFailedPrecondition);
}

TEST_P(EngineTest, ARebuildThatFailsLeavesTheDestinationErrAndTheEngineRunning) {
  Start();
  Write(0, "data");
  (void)world_.MustCreateReplica("r-3");
  target().FailNext("bdev_lvol_start_shallow_copy", SpdkError(kSpdkEio, "planned"));
  ASSERT_TRUE(Add().ok());
  server().WaitForRebuilds();
  EXPECT_EQ(Get().replica_mode_map.at("r-3"), Mode::kErr);
  EXPECT_EQ(Get().state, State::kRunning);
  EXPECT_EQ(server().ReplicaGet("r-3")->state, State::kError);
  EXPECT_EQ(Read(0), "data");
  // Deleted and made anew it can be rebuilt.
  ASSERT_TRUE(server().EngineReplicaDelete("e", "r-3").ok());
  ASSERT_TRUE(server().ReplicaDelete("r-3", true).ok());
  (void)world_.MustCreateReplica("r-3");
  ASSERT_TRUE(Add().ok());
  server().WaitForRebuilds();
  EXPECT_EQ(Get().replica_mode_map.at("r-3"), Mode::kRW);
  world_.EnsureNoPortLeaks();
}

TEST_P(EngineTest, ARebuildThatCannotBeginDoesNotHarmTheEngine) {
  Start();
  EXPECT_FALSE(Add().ok()) << "there is no such replica";
  (void)world_.MustCreateReplica("r-3");
  target().FailNext("bdev_lvol_clone_bdev", SpdkError(kSpdkEinval, "planned"));
  EXPECT_EQ(Add().message, "planned");
  EXPECT_EQ(Get().state, State::kRunning);
  EXPECT_EQ(Get().replica_mode_map.size(), 2u);
  Write(0, "goes on");
  EXPECT_TRUE(server().Verify().ok());
  EXPECT_EQ(target().NvmfGetSubsystems()->size(), 3u);
}

TEST_P(EngineTest, AnEngineMayGoWhileAReplicaIsRebuilt) {
  Start();
  Write(0, "data");
  (void)world_.MustCreateReplica("r-3");
  ASSERT_TRUE(Add().ok());
  ASSERT_TRUE(server().EngineDelete("e").ok());
  server().WaitForRebuilds();
  EXPECT_FALSE(server().ReplicaGet("r-3")->rebuilding);
  for (const std::string replica : {"r-1", "r-2", "r-3"}) {
    EXPECT_TRUE(server().ReplicaDelete(replica, true).ok());
  }
  EXPECT_THAT(*target().NvmfGetSubsystems(), IsEmpty());
  EXPECT_EQ(target().BdevGetBdevs()->size(), 1u);
  EXPECT_EQ(server().ports_in_use(), 0);
}

// The lock of an engine that is busy is nobody else's trouble.
TEST(OwnedEngineTest, IsReadWhileItIsExpanded) {
  World world({});
  (void)world.MustCreateReplica("r-1");
  (void)world.MustCreateEngine("e", {"r-1"});
  std::thread client([&] { EXPECT_TRUE(world.server().EngineExpand("e", 8 * kMiB).ok()); });
  const Result<EngineInfo> info = world.server().EngineGet("e");
  EXPECT_TRUE(info.ok());
  EXPECT_FALSE(info->is_expanding) << "half of an operation is not shown";
  client.join();
  EXPECT_EQ(world.server().EngineGet("e")->spec_size, 8 * kMiB);
}

}  // namespace
}  // namespace longhorn
