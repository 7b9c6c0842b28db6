// The target in memory answers as SPDK does.
#include "systems/longhorn/memory_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "systems/longhorn/names.h"
#include "systems/longhorn/world.h"

namespace longhorn {
namespace {

using testing::ElementsAre;

class MemoryTargetTest : public testing::Test {
 protected:
  MemoryTargetTest() {
    target_.AddFile("/file", 16 * kMiB);
    EXPECT_TRUE(target_.BdevAioCreate("/file", "disk", 4096).ok());
    EXPECT_TRUE(target_.BdevLvolCreateLvstore("disk", "disk", kMiB).ok());
  }

  std::string Make(const std::string& name) { return *target_.BdevLvolCreate("disk", name, 4); }
  std::string Snapshot(const std::string& lvol, const std::string& name) {
    return *target_.BdevLvolSnapshot("disk/" + lvol, name, {});
  }
  void Write(const std::string& bdev, uint64_t block, const std::string& data) {
    EXPECT_TRUE(target_.WriteBlock(bdev, block, data).ok());
  }
  std::string Read(const std::string& bdev, uint64_t block) {
    return TrimBlock(target_.ReadBlock(bdev, block));
  }
  LvolDetail Detail(const std::string& lvol) {
    return *target_.BdevGetBdevs("disk/" + lvol)->front().lvol;
  }
  // Exposes and connects to a bdev as <name>n1.
  void Connect(const std::string& name, const std::string& bdev, int port) {
    EXPECT_TRUE(target_.NvmfCreateSubsystem(Nqn(name)).ok());
    EXPECT_TRUE(target_.NvmfSubsystemAddNs(Nqn(name), bdev).ok());
    EXPECT_TRUE(target_.NvmfSubsystemAddListener(Nqn(name), "ip", port).ok());
    EXPECT_EQ(*target_.BdevNvmeAttachController(name, "ip", port, Nqn(name)), name + "n1");
  }

  MemoryTarget target_;
};

TEST_F(MemoryTargetTest, DisksAndStoresAreRefusedWithTheErrorsOfSpdk) {
  EXPECT_EQ(target_.BdevAioCreate("/none", "other", 4096).spdk_code, kSpdkEnoent);
  EXPECT_EQ(target_.BdevAioCreate("/file", "disk", 4096).spdk_code, kSpdkEexist);
  EXPECT_EQ(target_.BdevAioCreate("/file", "other", 0).spdk_code, kSpdkInvalidParams);
  EXPECT_EQ(target_.BdevLvolCreateLvstore("none", "x", kMiB).status().spdk_code, kSpdkEnodev);
  EXPECT_EQ(target_.BdevLvolCreateLvstore("disk", "disk", kMiB).status().spdk_code, kSpdkEexist);
  EXPECT_EQ(target_.BdevLvolCreateLvstore("disk", "x", kMiB).status().spdk_code, kSpdkEbusy);
  EXPECT_EQ(target_.BdevAioDelete("disk").spdk_code, kSpdkEbusy);
  EXPECT_TRUE(target_.BdevLvolDeleteLvstore("disk").ok());
  EXPECT_EQ(target_.BdevLvolDeleteLvstore("disk").spdk_code, kSpdkEnodev);
  EXPECT_TRUE(target_.BdevAioDelete("disk").ok());
  EXPECT_EQ(target_.BdevAioDelete("disk").spdk_code, kSpdkEnodev);
}

TEST_F(MemoryTargetTest, LvolsAreFoundByAliasAndUuid) {
  const std::string uuid = Make("a");
  EXPECT_EQ(target_.BdevGetBdevs("disk/a")->front().uuid, uuid);
  EXPECT_THAT(target_.BdevGetBdevs(uuid)->front().aliases, ElementsAre("disk/a"));
  EXPECT_EQ(target_.BdevGetBdevs("disk/b").status().spdk_code, kSpdkEnodev);
  EXPECT_EQ(target_.BdevLvolCreate("disk", "a", 4).status().spdk_code, kSpdkEexist);
  EXPECT_EQ(target_.BdevLvolCreate("none", "b", 4).status().spdk_code, kSpdkEnodev);
  EXPECT_EQ(target_.BdevLvolCreate("disk", "b", 0).status().spdk_code, kSpdkInvalidParams);
}

TEST_F(MemoryTargetTest, ASnapshotKeepsWhatTheLvolHeld) {
  const std::string lvol = Make("a");
  Write(lvol, 0, "old");
  const std::string snapshot = Snapshot("a", "s");
  EXPECT_EQ(Detail("a").num_allocated_clusters, 0u);
  EXPECT_EQ(Read(lvol, 0), "old");
  Write(lvol, 0, "new");
  Write(lvol, 1, "more");
  EXPECT_EQ(Read(snapshot, 0), "old");
  EXPECT_EQ(Read(snapshot, 1), "");
  EXPECT_EQ(target_.WriteBlock(snapshot, 0, "x").spdk_code, kSpdkEio);
  EXPECT_EQ(Detail("a").base_snapshot, "s");
  EXPECT_THAT(Detail("s").clones, ElementsAre("a"));
  EXPECT_EQ(target_.BdevLvolSnapshot("disk/a", "s", {}).status().spdk_code, kSpdkEexist);
}

TEST_F(MemoryTargetTest, ACloneReadsFromItsSnapshotAndWritesForItself) {
  const std::string lvol = Make("a");
  Write(lvol, 300, "data");
  Snapshot("a", "s");
  const std::string clone = *target_.BdevLvolClone("disk/s", "c");
  EXPECT_EQ(Read(clone, 300), "data");
  Write(clone, 301, "own");
  EXPECT_EQ(Read(clone, 300), "data");
  EXPECT_EQ(Read(lvol, 301), "");
  EXPECT_EQ(target_.BdevLvolClone("disk/a", "d").status().spdk_code, kSpdkEinval);
  EXPECT_EQ(target_.BdevLvolClone("disk/none", "d").status().spdk_code, kSpdkEnodev);
}

TEST_F(MemoryTargetTest, DeletingASnapshotLeavesItsClustersToItsOnlyChild) {
  const std::string lvol = Make("a");
  Write(lvol, 0, "one");
  Snapshot("a", "s");
  ASSERT_TRUE(target_.BdevLvolClone("disk/s", "c").ok());
  EXPECT_EQ(target_.BdevLvolDelete("disk/s").spdk_code, kSpdkEbusy);
  ASSERT_TRUE(target_.BdevLvolDelete("disk/c").ok());
  ASSERT_TRUE(target_.BdevLvolDelete("disk/s").ok());
  EXPECT_EQ(Read(lvol, 0), "one");
  EXPECT_EQ(Detail("a").num_allocated_clusters, 1u);
  EXPECT_EQ(target_.BdevLvolDelete("disk/s").spdk_code, kSpdkEnodev);
}

TEST_F(MemoryTargetTest, TheParentCanBeChanged) {
  const std::string lvol = Make("a");
  Write(lvol, 0, "base");
  Snapshot("a", "s");
  const std::string other = Make("b");
  EXPECT_EQ(target_.BdevLvolSetParent(other, "disk/a").spdk_code, kSpdkEinval);
  ASSERT_TRUE(target_.BdevLvolSetParent(other, "disk/s").ok());
  EXPECT_EQ(Read(other, 0), "base");
  EXPECT_EQ(target_.BdevLvolSetParent(other, "disk/s").spdk_code, kSpdkEexist);
  ASSERT_TRUE(target_.BdevLvolResize(lvol, 8).ok());
  EXPECT_EQ(target_.BdevLvolSetParent(lvol, "disk/none").spdk_code, kSpdkEnodev);
  ASSERT_TRUE(target_.BdevLvolDetachParent(other).ok());
  EXPECT_EQ(Read(other, 0), "");
}

TEST_F(MemoryTargetTest, AttributesAreKept) {
  Make("a");
  ASSERT_TRUE(target_.BdevLvolSnapshot("disk/a", "s", {{"user_created", "true"}}).ok());
  EXPECT_EQ(*target_.BdevLvolGetXattr("disk/s", "user_created"), "true");
  const Status missing = target_.BdevLvolGetXattr("disk/s", "none").status();
  EXPECT_EQ(missing.spdk_code, kSpdkInternal);
  EXPECT_EQ(missing.message, "No such file or directory");
  ASSERT_TRUE(target_.BdevLvolSetXattr("disk/s", "none", "some").ok());
  EXPECT_EQ(*target_.BdevLvolGetXattr("disk/s", "none"), "some");
}

TEST_F(MemoryTargetTest, AShallowCopyCopiesWhatTheSnapshotItselfHolds) {
  const std::string lvol = Make("a");
  Write(lvol, 0, "first");
  Snapshot("a", "s1");
  Write(lvol, 256, "second");
  Snapshot("a", "s2");
  const std::string copy = Make("copy");
  const uint32_t operation = *target_.BdevLvolStartShallowCopy("disk/s2", copy);
  const ShallowCopyStatus status = *target_.BdevLvolCheckShallowCopy(operation);
  EXPECT_EQ(status.state, "complete");
  EXPECT_EQ(status.copied_clusters, 1u);
  EXPECT_EQ(Read(copy, 0), "");
  EXPECT_EQ(Read(copy, 256), "second");
  EXPECT_EQ(target_.BdevLvolStartShallowCopy("disk/a", copy).status().spdk_code, kSpdkEinval);
  EXPECT_EQ(target_.BdevLvolCheckShallowCopy(77).status().spdk_code, kSpdkEsrch);
}

TEST_F(MemoryTargetTest, AShallowCopyFailsWhenAnEndOfItGoes) {
  const std::string lvol = Make("a");
  Write(lvol, 0, "data");
  Snapshot("a", "s");
  const uint32_t operation = *target_.BdevLvolStartShallowCopy("disk/s", Make("copy"));
  ASSERT_TRUE(target_.BdevLvolDelete("disk/copy").ok());
  EXPECT_EQ(target_.BdevLvolCheckShallowCopy(operation)->state, "error");
}

TEST_F(MemoryTargetTest, ChecksumsTellEqualFromDifferent) {
  for (const std::string name : {"a", "b", "c"}) {
    Write(Make(name), 3, name == "c" ? "else" : "same");
    Snapshot(name, "s" + name);
    EXPECT_EQ(target_.BdevLvolGetSnapshotChecksum("disk/s" + name).status().spdk_code, kSpdkEnoent);
    EXPECT_TRUE(target_.BdevLvolRegisterSnapshotChecksum("disk/s" + name).ok());
  }
  const std::string a = *target_.BdevLvolGetSnapshotChecksum("disk/sa");
  EXPECT_EQ(a, *target_.BdevLvolGetSnapshotChecksum("disk/sb"));
  EXPECT_NE(a, *target_.BdevLvolGetSnapshotChecksum("disk/sc"));
}

TEST_F(MemoryTargetTest, ABdevIsReachedOverItsSubsystem) {
  const std::string lvol = Make("a");
  EXPECT_EQ(target_.BdevNvmeAttachController("a", "ip", 1, Nqn("a")).status().spdk_code, kSpdkEio);
  Connect("a", lvol, 1);
  EXPECT_EQ(target_.BdevNvmeAttachController("a", "ip", 1, Nqn("a")).status().spdk_code,
            kSpdkEalready);
  Write("an1", 5, "over there");
  EXPECT_EQ(Read(lvol, 5), "over there");
  ASSERT_TRUE(target_.NvmfDeleteSubsystem(Nqn("a")).ok());
  EXPECT_EQ(target_.WriteBlock("an1", 5, "x").spdk_code, kSpdkEio);
  EXPECT_EQ(target_.BdevGetBdevs("an1")->front().bytes(), 4 * kMiB);
  ASSERT_TRUE(target_.BdevNvmeDetachController("a").ok());
  EXPECT_EQ(target_.BdevNvmeDetachController("a").spdk_code, kSpdkEnodev);
}

TEST_F(MemoryTargetTest, RaidWritesToAllAndThrowsOutWhoFails) {
  const std::string a = Make("a");
  const std::string b = Make("b");
  Connect("a", a, 1);
  Connect("b", b, 2);
  EXPECT_EQ(target_.BdevRaidCreate("raid", {}).spdk_code, kSpdkEinval);
  EXPECT_EQ(target_.BdevRaidCreate("raid", {"none"}).spdk_code, kSpdkEnodev);
  ASSERT_TRUE(target_.BdevRaidCreate("raid", {"an1", "bn1"}).ok());
  EXPECT_EQ(target_.BdevRaidCreate("raid", {"an1"}).spdk_code, kSpdkEexist);
  Write("raid", 0, "both");
  EXPECT_EQ(Read(a, 0) + Read(b, 0), "bothboth");
  ASSERT_TRUE(target_.NvmfDeleteSubsystem(Nqn("a")).ok());
  Write("raid", 0, "one");
  EXPECT_THAT(target_.BdevGetBdevs("raid")->front().raid->base_bdevs, ElementsAre("bn1"));
  EXPECT_EQ(Read(a, 0), "both");
  EXPECT_EQ(Read("raid", 0), "one");
  ASSERT_TRUE(target_.BdevNvmeDetachController("b").ok());
  EXPECT_EQ(target_.ReadBlock("raid", 0).status().spdk_code, kSpdkEio);
}

TEST_F(MemoryTargetTest, RaidGrowsAndShrinks) {
  const std::string a = Make("a");
  const std::string b = Make("b");
  ASSERT_TRUE(target_.BdevRaidCreate("raid", {a}).ok());
  EXPECT_EQ(target_.BdevRaidGrowBaseBdev("raid", a).spdk_code, kSpdkEexist);
  EXPECT_EQ(target_.BdevRaidGrowBaseBdev("none", b).spdk_code, kSpdkEnodev);
  const std::string small = *target_.BdevLvolCreate("disk", "small", 1);
  EXPECT_EQ(target_.BdevRaidGrowBaseBdev("raid", small).spdk_code, kSpdkEinval);
  ASSERT_TRUE(target_.BdevRaidGrowBaseBdev("raid", b).ok());
  ASSERT_TRUE(target_.BdevRaidRemoveBaseBdev(a).ok());
  EXPECT_EQ(target_.BdevRaidRemoveBaseBdev(a).spdk_code, kSpdkEnodev);
  Write("raid", 1, "b only");
  EXPECT_EQ(Read(a, 1) + Read(b, 1), "b only");
}

TEST_F(MemoryTargetTest, ACloneOfABdevReadsOverTheConnection) {
  const std::string lvol = Make("a");
  Write(lvol, 7, "remote");
  Connect("a", Snapshot("a", "s"), 1);
  const std::string clone = *target_.BdevLvolCloneBdev("an1", "disk", "c");
  EXPECT_EQ(Detail("c").external_snapshot, "an1");
  EXPECT_EQ(Read(clone, 7), "remote");
  Write(clone, 8, "local");
  EXPECT_EQ(Read(clone, 7), "remote");
}

TEST_F(MemoryTargetTest, AFullStoreRefusesNewClusters) {
  const std::string lvol = *target_.BdevLvolCreate("disk", "large", 32);
  for (uint64_t cluster = 0; cluster < 16; ++cluster) Write(lvol, cluster * 256, "x");
  EXPECT_EQ(target_.WriteBlock(lvol, 16 * 256, "x").spdk_code, kSpdkEnospc);
  Write(lvol, 1, "there is room in a cluster that it has");
  EXPECT_EQ(target_.BdevLvolGetLvstores()->front().free_clusters, 0u);
}

TEST_F(MemoryTargetTest, IoEndsWhereTheLvolEnds) {
  const std::string lvol = Make("a");
  EXPECT_EQ(target_.WriteBlock(lvol, 1024, "x").spdk_code, kSpdkEinval);
  EXPECT_EQ(target_.ReadBlock(lvol, 1024).status().spdk_code, kSpdkEinval);
  EXPECT_EQ(target_.WriteBlock(lvol, 0, std::string(4097, 'x')).spdk_code, kSpdkEinval);
  Write(lvol, 1023, "last");
  ASSERT_TRUE(target_.BdevLvolResize(lvol, 8).ok());
  Write(lvol, 1024, "x");
  ASSERT_TRUE(target_.BdevLvolResize(lvol, 4).ok());
  ASSERT_TRUE(target_.BdevLvolResize(lvol, 8).ok());
  EXPECT_EQ(Read(lvol, 1023) + Read(lvol, 1024), "last");
}

TEST_F(MemoryTargetTest, DeathLosesConnectionsButNotLvols) {
  const std::string lvol = Make("a");
  Write(lvol, 0, "kept");
  Connect("a", lvol, 1);
  target_.Kill();
  EXPECT_TRUE(IsBrokenPipe(target_.BdevGetBdevs().status()));
  target_.Restart();
  EXPECT_EQ(Read(lvol, 0), "kept");
  EXPECT_EQ(target_.NvmfGetSubsystems()->size(), 0u);
  EXPECT_EQ(target_.BdevGetBdevs("an1").status().spdk_code, kSpdkEnodev);
}

TEST_F(MemoryTargetTest, FailsAsItWasTold) {
  target_.FailNext("bdev_lvol_create", SpdkError(kSpdkEbusy, "planned"));
  EXPECT_EQ(target_.BdevLvolCreate("disk", "a", 4).status().message, "planned");
  EXPECT_TRUE(target_.BdevLvolCreate("disk", "a", 4).ok());
}

}  // namespace
}  // namespace longhorn
