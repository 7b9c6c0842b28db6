// Who owns what, and how it is written down: hashes, identities, the ring, routing tables and entries on the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "systems/olric/config.h"
#include "systems/olric/entry.h"
#include "systems/olric/hash.h"
#include "systems/olric/member.h"
#include "systems/olric/msgpack.h"
#include "systems/olric/ring.h"
#include "systems/olric/routes.h"

namespace olric {
namespace {

std::vector<Member> MembersNamed(int count) {
  std::vector<Member> members;
  for (int i = 0; i < count; ++i) {
    members.push_back(MakeMember("10.0.0." + std::to_string(i + 1) + ":3320", 1000 + i));
  }
  return members;
}

TEST(HashTest, IsXxh64) {
  EXPECT_EQ(Hash64(""), 0xef46db3751d8e999u);
  EXPECT_EQ(Hash64("a"), 0xd24ec4f1a98c6e5bu);
}

TEST(HashTest, APartitionDependsOnMapAndKeyAsOneString) {
  EXPECT_EQ(PartitionOf("users", "alice", 271), Hash64("usersalice") % 271);
  EXPECT_EQ(PartitionOf("user", "salice", 271), PartitionOf("users", "alice", 271));
}

TEST(MemberTest, TheIdHashesBirthdateZeroesAndName) {
  const std::string bytes = std::string("\0\0\0\0\0\0\1\2", 8) + std::string(3, '\0') + "a:1";
  EXPECT_EQ(MemberId("a:1", 0x102), Hash64(bytes));
}

TEST(MemberTest, OneThatComesBackIsAnother) {
  EXPECT_NE(MakeMember("a:1", 1).id, MakeMember("a:1", 2).id);
  EXPECT_EQ(MakeMember("a:1", 1).name_hash, MakeMember("a:1", 2).name_hash);
}

TEST(MemberTest, TheOldestComesFirst) {
  EXPECT_TRUE(Older(MakeMember("b:1", 1), MakeMember("a:1", 2)));
  const Member one = MakeMember("a:1", 1);
  const Member twin = MakeMember("b:1", 1);
  EXPECT_NE(Older(one, twin), Older(twin, one));
  EXPECT_FALSE(Older(one, one));
}

TEST(RingTest, NobodyOwnsMoreThanTheBound) {
  for (int count = 1; count <= 8; ++count) {
    const Ring ring(MembersNamed(count), {});
    std::map<uint64_t, uint32_t> loads;
    for (uint32_t partition = 0; partition < 271; ++partition) {
      ++loads[ring.OwnerOf(partition).id];
    }
    for (const auto& [id, load] : loads) EXPECT_LE(load, ring.load_max());
    EXPECT_EQ(loads.size(), static_cast<size_t>(count));
  }
}

TEST(RingTest, TheBoundIsTheFairShareTimesTheLoadFactorRoundedUp) {
  EXPECT_EQ(Ring(MembersNamed(3), {}).load_max(), 113u);  // 271 / 3 is 90, times 1.25 is 112.5
  EXPECT_EQ(Ring(MembersNamed(1), {}).load_max(), 339u);
}

TEST(RingTest, DoesNotDependOnTheOrderOfMembers) {
  std::vector<Member> members = MembersNamed(4);
  const Ring ring(members, {});
  std::reverse(members.begin(), members.end());
  const Ring other(members, {});
  for (uint32_t partition = 0; partition < 271; ++partition) {
    EXPECT_EQ(ring.OwnerOf(partition).id, other.OwnerOf(partition).id);
  }
}

TEST(RingTest, MostPartitionsStayWhenAMemberComes) {
  const Ring before(MembersNamed(4), {});
  const Ring after(MembersNamed(5), {});
  int moved = 0;
  for (uint32_t partition = 0; partition < 271; ++partition) {
    if (before.OwnerOf(partition).id != after.OwnerOf(partition).id) ++moved;
  }
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, 271 / 2);
}

TEST(RingTest, BackupsAreOtherMembersInTheOrderOfNameHashes) {
  const std::vector<Member> members = MembersNamed(3);
  const Ring ring(members, {.partitions = 16, .replicas = 2});
  std::vector<Member> sorted = members;
  std::sort(sorted.begin(), sorted.end(),
            [](const Member& one, const Member& other) { return one.name_hash < other.name_hash; });
  for (uint32_t partition = 0; partition < 16; ++partition) {
    const auto owner = std::find(sorted.begin(), sorted.end(), ring.OwnerOf(partition));
    const size_t next = (static_cast<size_t>(owner - sorted.begin()) + 1) % 3;
    EXPECT_THAT(ring.BackupsOf(partition), testing::ElementsAre(sorted[next]));
  }
}

TEST(RingTest, ThereAreAsManyBackupsAsThereAreOtherMembers) {
  EXPECT_TRUE(Ring(MembersNamed(1), {.replicas = 3}).BackupsOf(0).empty());
  EXPECT_EQ(Ring(MembersNamed(2), {.replicas = 3}).BackupsOf(0).size(), 1u);
}

TEST(RingDeathTest, PanicsWhenTheBoundsLeaveNoRoom) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // Ten partitions, four members, at most ceil(2 * 1.0) each.
  EXPECT_DEATH(Ring(MembersNamed(4), {.partitions = 10, .load_factor = 1.0}),
               "not enough room to distribute partitions");
}

TEST(RoutesTest, SurviveTheWire) {
  const std::vector<Member> members = MembersNamed(2);
  Routes routes(3);
  routes[0] = {{members[0]}, {}};
  routes[1] = {{members[0], members[1]}, {members[0]}};
  routes[2] = {{members[1]}, {members[0]}};
  EXPECT_EQ(DecodeRoutes(EncodeRoutes(routes), 3), routes);
}

TEST(RoutesTest, ATableOfAnotherSizeIsRefused) {
  const Routes routes(2, Route{MembersNamed(1), {}});
  EXPECT_FALSE(DecodeRoutes(EncodeRoutes(routes), 3).has_value());
  EXPECT_FALSE(DecodeRoutes(EncodeRoutes(routes), 1).has_value());
}

TEST(RoutesTest, APartitionWithoutOwnerIsRefused) {
  EXPECT_FALSE(DecodeRoutes(EncodeRoutes(Routes(1)), 1).has_value());
}

TEST(RoutesTest, NoPrefixOfATableIsATable) {
  const std::string payload = EncodeRoutes(Routes(2, Route{MembersNamed(2), MembersNamed(1)}));
  for (size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(DecodeRoutes(payload.substr(0, size), 2).has_value()) << size;
  }
  EXPECT_FALSE(DecodeRoutes(payload + "x", 2).has_value());
}

TEST(LeftOverTest, SurvivesTheWireAndChecksNumbers) {
  const LeftOver report = {{1, 5}, {0}};
  const std::optional<LeftOver> decoded = DecodeLeftOver(EncodeLeftOver(report), 6);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->partitions, report.partitions);
  EXPECT_EQ(decoded->backups, report.backups);
  EXPECT_FALSE(DecodeLeftOver(EncodeLeftOver(report), 5).has_value());
}

TEST(MovedFragmentTest, SurvivesTheWire) {
  const MovedFragment moved = {7, Kind::kBackup, "dmap.users", {{"k", "v", 1, 2, 3}}};
  const std::optional<MovedFragment> decoded = DecodeFragment(EncodeFragment(moved));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->partition, 7u);
  EXPECT_EQ(decoded->kind, Kind::kBackup);
  EXPECT_EQ(decoded->name, "dmap.users");
  EXPECT_EQ(decoded->entries, moved.entries);
  EXPECT_FALSE(DecodeFragment("").has_value());
  EXPECT_FALSE(DecodeFragment("\x81\xa1x").has_value());
}

TEST(EntryTest, HasTheLayoutOfTheWire) {
  const Entry entry = {"k", "ab", 1, 2, 3};
  const std::string expected = std::string("\1k", 2) + std::string("\0\0\0\0\0\0\0\1", 8) +
                               std::string("\0\0\0\0\0\0\0\2", 8) +
                               std::string("\0\0\0\0\0\0\0\3", 8) + std::string("\0\0\0\2", 4) +
                               "ab";
  EXPECT_EQ(EncodeEntry(entry), expected);
  EXPECT_EQ(EncodedBytes(entry), expected.size());
  EXPECT_EQ(DecodeEntry(expected), entry);
}

TEST(EntryTest, WhatIsTooShortOrTooLongIsNoEntry) {
  const std::string bytes = EncodeEntry({"key", "value", 1, 2, 3});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeEntry(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(DecodeEntry(bytes + "x").has_value());
}

TEST(MsgpackTest, ReadsEveryFormOfANumber) {
  const auto integer = [](const std::string& bytes) { return MsgpackReader(bytes).Int(); };
  EXPECT_EQ(integer("\x07"), 7);
  EXPECT_EQ(integer("\xff"), -1);
  EXPECT_EQ(integer("\xcc\xff"), 255);
  EXPECT_EQ(integer(std::string("\xcd\x01\x00", 3)), 256);
  EXPECT_EQ(integer("\xd0\xfe"), -2);
  EXPECT_EQ(integer("\xd1\xff\xfd"), -3);
}

TEST(MsgpackTest, ACountBeyondTheMessageIsAnError) {
  MsgpackReader reader("\xdd\xff\xff\xff\xff");
  EXPECT_EQ(reader.Array(), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(ConfigTest, ChecksQuorums) {
  Config config;
  EXPECT_TRUE(Validate(config).ok());
  config.read_quorum = 2;
  EXPECT_EQ(Validate(config).code, Code::kInvalidArgument);
  config.replica_count = 2;
  EXPECT_TRUE(Validate(config).ok());
  config.write_quorum = 3;
  EXPECT_EQ(Validate(config).code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace olric
