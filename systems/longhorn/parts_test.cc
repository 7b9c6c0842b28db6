// The small parts: names, ports, the volume's device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "systems/longhorn/directory.h"
#include "systems/longhorn/memory_target.h"
#include "systems/longhorn/names.h"
#include "systems/longhorn/port_allocator.h"
#include "systems/longhorn/volume_device.h"

namespace longhorn {
namespace {

TEST(NamesTest, LvolsAreNamedAsUpstreamNamesThem) {
  EXPECT_EQ(LvolAlias("disk-1", "vol-r-1"), "disk-1/vol-r-1");
  EXPECT_EQ(LvolOfAlias("disk-1/vol-r-1"), "vol-r-1");
  EXPECT_EQ(SnapshotLvolName("vol-r-1", "snap11"), "vol-r-1-snap-snap11");
  EXPECT_EQ(SnapshotOfLvol("vol-r-1-snap-snap11", "vol-r-1"), "snap11");
  EXPECT_EQ(SnapshotOfLvol("vol-r-12-snap-snap11", "vol-r-1"), std::nullopt);
  EXPECT_EQ(RebuildingLvolName("vol-r-1"), "vol-r-1-rebuilding");
  EXPECT_EQ(BackingImageLvolName("parrot", "uuid"), "bi-parrot-disk-uuid");
  EXPECT_EQ(BackingImageOfLvol("bi-parrot-disk-uuid", "uuid"), "parrot");
  EXPECT_EQ(BackingImageOfLvol("bi-parrot-disk-uuid", "other"), std::nullopt);
  EXPECT_EQ(Nqn("vol-r-1"), "nqn.2023-01.io.longhorn.spdk:vol-r-1");
}

TEST(NamesTest, OnlyWhatMayBeAHeadIsTakenForOne) {
  EXPECT_TRUE(MayBeReplicaHead("test-vol-7-replica-2"));
  EXPECT_FALSE(MayBeReplicaHead("vol-r-1-rebuilding"));
  EXPECT_FALSE(MayBeReplicaHead("bi-parrot-disk-uuid-temp-head"));
}

TEST(NamesTest, SizesAreWholeMiB) {
  EXPECT_EQ(RoundUpToMiB(1), kMiB);
  EXPECT_EQ(RoundUpToMiB(kMiB), kMiB);
}

TEST(ListingTest, AnythingWithTheNameInFrontBelongsToIt) {
  Listing listing;
  listing.lvols = {"a-rebuilding", "ab"};
  EXPECT_TRUE(listing.HasAnyOf("a"));
  EXPECT_TRUE(listing.HasAnyOf("ab"));
  EXPECT_FALSE(listing.HasAnyOf("b"));
}

TEST(PortAllocatorTest, GivesOutTheLowestFreeRange) {
  PortAllocator ports(10, 19);
  const PortRange first = *ports.Allocate(4);
  const PortRange second = *ports.Allocate(4);
  EXPECT_EQ(first.first, 10);
  EXPECT_EQ(second.first, 14);
  EXPECT_EQ(second.last(), 17);
  EXPECT_FALSE(ports.Allocate(3).ok());
  ports.Release(first);
  EXPECT_EQ(ports.Allocate(3)->first, 10);
  EXPECT_EQ(ports.in_use(), 7);
  EXPECT_EQ(ports.Allocate(0).status().code, Code::kInvalidArgument);
}

TEST(PortAllocatorTest, ThreadsNeverShareAPort) {
  PortAllocator ports(1, 4);
  int first = 0;
  std::thread other([&] { first = ports.Allocate(2)->first; });
  const int second = ports.Allocate(2)->first;
  other.join();
  EXPECT_EQ(first + second, 1 + 3);
  EXPECT_EQ(ports.in_use(), 4);
}

class VolumeDeviceTest : public testing::Test {
 protected:
  VolumeDeviceTest() {
    target_.AddFile("/file", 8 * kMiB);
    (void)target_.BdevAioCreate("/file", "disk", 4096);
    (void)target_.BdevLvolCreateLvstore("disk", "disk", kMiB);
    (void)target_.BdevLvolCreate("disk", "lvol", 1);
  }

  MemoryTarget target_;
  VolumeDevice device_{target_, "disk/lvol"};
};

TEST_F(VolumeDeviceTest, NoWriteHappensWhileItIsSuspended) {
  device_.Suspend();
  std::thread writer([&] { EXPECT_TRUE(device_.Write(0, "late").ok()); });
  EXPECT_EQ(*target_.ReadBlock("disk/lvol", 0), std::string(kBlockBytes, '\0'));
  device_.Resume();
  writer.join();
  EXPECT_EQ(device_.Read(0)->substr(0, 4), "late");
}

TEST_F(VolumeDeviceTest, SuspensionsAddUp) {
  device_.Suspend();
  device_.Suspend();
  device_.Resume();
  std::thread writer([&] { EXPECT_TRUE(device_.Write(0, "late").ok()); });
  EXPECT_EQ(*target_.ReadBlock("disk/lvol", 0), std::string(kBlockBytes, '\0'));
  device_.Resume();
  writer.join();
}

TEST_F(VolumeDeviceTest, WhoWaitsWhenItClosesFails) {
  device_.Suspend();
  std::thread writer([&] { EXPECT_EQ(device_.Write(0, "late").spdk_code, kSpdkEio); });
  device_.Close();
  writer.join();
  EXPECT_FALSE(device_.Read(0).ok());
}

}  // namespace
}  // namespace longhorn
