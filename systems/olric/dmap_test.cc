// What each command of a map does, on a cluster of one: what is said here of a key holds on any number of nodes, see
// cluster_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "systems/olric/cluster.h"

namespace olric {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::StartsWith;

class DMapTest : public testing::TestWithParam<systems::Variant> {
 protected:
  void Start(Config config = QuietConfig(3)) {
    config.design = Design(GetParam());
    cluster_.emplace(std::move(config));
    cluster_->Add();
  }
  Reply Run(const Command& command) {
    if (!cluster_) Start();
    return (*cluster_)[0].Execute(command);
  }
  // The reply as a client would print it.
  std::string Text(const Command& command) {
    const Reply reply = Run(command);
    if (reply.kind == Reply::Kind::kInteger) return std::to_string(reply.integer);
    return reply.kind == Reply::Kind::kNil ? "(nil)" : reply.text;
  }
  void Pass(std::chrono::nanoseconds time) { cluster_->clock().Advance(time); }

  std::optional<Cluster> cluster_;
};

INSTANTIATE_TEST_SUITE_P(Both, DMapTest,
                         testing::Values(systems::Variant::kAsReported, systems::Variant::kFixed),
                         [](const auto& info) {
                           return info.param == systems::Variant::kFixed ? "Fixed" : "AsReported";
                         });

TEST_P(DMapTest, GetReturnsWhatWasPut) {
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "v"}), "OK");
  EXPECT_EQ(Text({"dm.get", "d", "k"}), "v");
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "w"}), "OK");
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "w");
  EXPECT_EQ(Text({"DM.GET", "other", "k"}), "KEYNOTFOUND key not found");
}

TEST_P(DMapTest, GetRawReturnsTheEntry) {
  Run({"DM.PUT", "d", "k", "v", "PXAT", "1800000000000"});
  const std::optional<Entry> entry = DecodeEntry(Run({"DM.GET", "d", "k", "RW"}).text);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->key, "k");
  EXPECT_EQ(entry->value, "v");
  EXPECT_EQ(entry->expires_ms, 1800000000000);
}

TEST_P(DMapTest, PutIfAbsentAndIfPresent) {
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "v", "XX"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "v", "NX"}), "OK");
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "w", "nx"}), "KEYFOUND key found");
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "w", "XX"}), "OK");
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "w");
}

TEST_P(DMapTest, EachKindOfTimeToLiveEndsInTime) {
  Run({"DM.PUT", "d", "ex", "v", "EX", "1.5"});
  Run({"DM.PUT", "d", "px", "v", "PX", "1500"});
  const int64_t now_ms = 1'700'000'000'000 + 1;  // the cluster's clock when its only node was made
  Run({"DM.PUT", "d", "pxat", "v", "PXAT", std::to_string(now_ms + 1500)});
  Run({"DM.PUT", "d", "exat", "v", "EXAT", "1700000001.501"});
  Run({"DM.PUT", "d", "without", "v"});
  Pass(milliseconds(1499));
  for (const char* key : {"ex", "px", "pxat", "exat"}) EXPECT_EQ(Text({"DM.GET", "d", key}), "v");
  Pass(milliseconds(2));
  for (const char* key : {"ex", "px", "pxat", "exat"}) {
    EXPECT_EQ(Text({"DM.GET", "d", key}), "KEYNOTFOUND key not found") << key;
  }
  EXPECT_EQ(Text({"DM.GET", "d", "without"}), "v");
}

TEST_P(DMapTest, AnExpiredKeyIsAbsentForConditions) {
  Run({"DM.PUT", "d", "k", "v", "PX", "10", "NX"});
  Pass(milliseconds(10));
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "w", "XX"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.PUT", "d", "k", "w", "NX"}), "OK");
}

TEST_P(DMapTest, APlainPutEndsTheTimeToLive) {
  Run({"DM.PUT", "d", "k", "v", "PX", "10"});
  Run({"DM.PUT", "d", "k", "w"});
  Pass(seconds(1));
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "w");
}

TEST_P(DMapTest, DelAnswersHowManyKeysWereGiven) {
  Run({"DM.PUT", "d", "a", "1"});
  Run({"DM.PUT", "d", "b", "2"});
  EXPECT_EQ(Text({"DM.DEL", "d", "a", "b", "never"}), "3");
  EXPECT_EQ(Text({"DM.GET", "d", "a"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.GET", "d", "b"}), "KEYNOTFOUND key not found");
}

TEST_P(DMapTest, ExpireKeepsTheValue) {
  EXPECT_EQ(Text({"DM.EXPIRE", "d", "k", "1"}), "KEYNOTFOUND key not found");
  Run({"DM.PUT", "d", "k", "v"});
  EXPECT_EQ(Text({"DM.PEXPIRE", "d", "k", "20"}), "OK");
  Pass(milliseconds(19));
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "v");
  EXPECT_EQ(Text({"DM.EXPIRE", "d", "k", "0.02"}), "OK");
  Pass(milliseconds(19));
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "v");
  Pass(milliseconds(1));
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "KEYNOTFOUND key not found");
}

TEST_P(DMapTest, IncrAndDecrCountFromZeroAndFromWhatIsNoNumber) {
  EXPECT_EQ(Text({"DM.INCR", "d", "k", "5"}), "5");
  EXPECT_EQ(Text({"DM.DECR", "d", "k", "7"}), "-2");
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "-2");
  Run({"DM.PUT", "d", "word", "w"});
  EXPECT_EQ(Text({"DM.INCR", "d", "word", "1"}), "1");
}

TEST_P(DMapTest, IncrWrapsAround) {
  Run({"DM.PUT", "d", "k", "9223372036854775807"});
  EXPECT_EQ(Text({"DM.INCR", "d", "k", "1"}), "-9223372036854775808");
}

TEST_P(DMapTest, IncrKeepsTheTimeToLive) {
  Run({"DM.PUT", "d", "k", "1", "PX", "10"});
  EXPECT_EQ(Text({"DM.INCR", "d", "k", "1"}), "2");
  Pass(milliseconds(10));
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "KEYNOTFOUND key not found");
}

TEST_P(DMapTest, IncrByFloatWritesTheShortestForm) {
  EXPECT_EQ(Text({"DM.INCRBYFLOAT", "d", "k", "1.5"}), "1.5");
  EXPECT_EQ(Text({"DM.INCRBYFLOAT", "d", "k", "0.25"}), "1.75");
  EXPECT_EQ(Text({"DM.INCRBYFLOAT", "d", "k", "nan"}), "INVALIDARGUMENT invalid delta");
}

TEST_P(DMapTest, GetPutReturnsTheOldValue) {
  EXPECT_EQ(Text({"DM.GETPUT", "d", "k", "v"}), "(nil)");
  EXPECT_EQ(Text({"DM.GETPUT", "d", "k", "w"}), "v");
  const std::optional<Entry> old = DecodeEntry(Text({"DM.GETPUT", "d", "k", "x", "RW"}));
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(old->value, "w");
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "x");
}

TEST_P(DMapTest, ALockIsHeldByItsToken) {
  const std::string token = Text({"DM.LOCK", "d", "k", "1"});
  EXPECT_EQ(token.size(), 32u);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(Text({"DM.LOCK", "d", "k", "0"}), "LOCKNOTACQUIRED lock not acquired");
  EXPECT_EQ(Text({"DM.UNLOCK", "d", "k", "wrong"}), "NOSUCHLOCK no such lock");
  EXPECT_EQ(Text({"DM.UNLOCK", "d", "k", token}), "OK");
  EXPECT_EQ(Text({"DM.UNLOCK", "d", "k", token}), "NOSUCHLOCK no such lock");
}

TEST_P(DMapTest, ALockExpires) {
  const std::string token = Text({"DM.LOCK", "d", "k", "0", "PX", "10"});
  Pass(milliseconds(10));
  EXPECT_EQ(Text({"DM.UNLOCK", "d", "k", token}), "NOSUCHLOCK no such lock");
  EXPECT_EQ(Text({"DM.LOCK", "d", "k", "0", "EX", "1"}).size(), 32u);
}

TEST_P(DMapTest, ALeaseMakesALockLastLonger) {
  const std::string token = Text({"DM.LOCK", "d", "k", "0", "PX", "10"});
  EXPECT_EQ(Text({"DM.LOCKLEASE", "d", "k", "wrong", "1"}), "NOSUCHLOCK no such lock");
  EXPECT_EQ(Text({"DM.LOCKLEASE", "d", "k", token, "1"}), "OK");
  Pass(milliseconds(999));
  EXPECT_EQ(Text({"DM.PLOCKLEASE", "d", "k", token, "5"}), "OK");
  Pass(milliseconds(5));
  EXPECT_EQ(Text({"DM.PLOCKLEASE", "d", "k", token, "5"}), "NOSUCHLOCK no such lock");
}

TEST_P(DMapTest, ALockIsHandedOverWhenItIsFreed) {
  const std::string token = Text({"DM.LOCK", "d", "k", "0"});
  std::string other;
  std::thread waiter([&] { other = Text({"DM.LOCK", "d", "k", "100000"}); });
  EXPECT_EQ(Text({"DM.UNLOCK", "d", "k", token}), "OK");
  waiter.join();
  EXPECT_EQ(Text({"DM.UNLOCK", "d", "k", other}), "OK");
}

TEST_P(DMapTest, AScanReturnsEachKeyOnce) {
  Start(QuietConfig(1));
  std::set<std::string> keys;
  for (int i = 0; i < 25; ++i) {
    keys.insert("key" + std::to_string(i));
    Run({"DM.PUT", "d", "key" + std::to_string(i), "v"});
  }
  Run({"DM.PUT", "d", "expired", "v", "PX", "1"});
  Pass(milliseconds(1));
  std::vector<std::string> seen;
  std::string cursor = "0";
  int pages = 0;
  do {
    const Reply page = Run({"DM.SCAN", "0", "d", cursor});
    ASSERT_EQ(page.items.size(), 2u);
    cursor = page.items[0].text;
    for (const Reply& key : page.items[1].items) seen.push_back(key.text);
    ++pages;
  } while (cursor != "0");
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(keys));
  EXPECT_EQ(pages, 3);
}

TEST_P(DMapTest, AScanMatchesAndCounts) {
  Start(QuietConfig(1));
  for (const char* key : {"even:2", "even:4", "odd:1"}) Run({"DM.PUT", "d", key, "v"});
  const Reply page = Run({"DM.SCAN", "0", "d", "0", "MATCH", "^even:", "COUNT", "10"});
  EXPECT_EQ(page.items[1].items.size(), 2u);
  EXPECT_EQ(Run({"DM.SCAN", "0", "d", "0", "COUNT", "1"}).items[1].items.size(), 1u);
}

TEST_P(DMapTest, DestroyEmptiesTheMapAndNoOther) {
  Run({"DM.PUT", "d", "k", "v"});
  Run({"DM.PUT", "e", "k", "v"});
  EXPECT_EQ(Text({"DM.DESTROY", "d"}), "OK");
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.GET", "e", "k"}), "v");
}

TEST_P(DMapTest, KeysAndEntriesHaveLimits) {
  Config config = QuietConfig(3);
  config.table_bytes = 100;
  Start(config);
  EXPECT_EQ(Text({"DM.PUT", "d", std::string(256, 'k'), ""}), "KEYTOOLARGE key too large");
  EXPECT_THAT(Text({"DM.PUT", "d", "k", std::string(71, 'v')}), StartsWith("ENTRYTOOLARGE"));
  EXPECT_EQ(Text({"DM.PUT", "d", "k", std::string(70, 'v')}), "OK");
}

// Defect 5 of the specification: what is missing or unknown is an error, never a crash or an endless loop.
TEST_P(DMapTest, WrongArgumentsAreErrors) {
  EXPECT_EQ(Text({"DM.PUT", "a", "b"}), "ERR wrong number of arguments for 'DM.PUT a b' command");
  EXPECT_EQ(Text({"DM.PUT", "a", "b", "c", "EX"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.PUT", "a", "b", "c", "EX", "soon"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.PUT", "a", "b", "c", "EX", "-1"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.PUT", "a", "b", "c", "EX", "1", "PX", "1"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.PUT", "a", "b", "c", "NX", "XX"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.PUT", "a", "b", "c", "WHAT"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.LOCK", "a", "b", "1", "EX"}), "ERR syntax error");
  EXPECT_EQ(Text({"DM.GET", "a", "b", "XY"}), "INVALIDARGUMENT invalid argument: XY");
  EXPECT_EQ(Text({"DM.SCAN", "0", "d", "0", "XY"}), "INVALIDARGUMENT invalid argument: XY");
  EXPECT_THAT(Text({"DM.SCAN", "0", "d", "0", "COUNT"}), StartsWith("INVALIDARGUMENT"));
  EXPECT_THAT(Text({"DM.SCAN", "0", "d", "0", "MATCH", "("}), StartsWith("INVALIDARGUMENT"));
  EXPECT_THAT(Text({"DM.SCAN", "3", "d", "0"}), StartsWith("INVALIDARGUMENT"));
  EXPECT_THAT(Text({"INTERNAL.NODE.UPDATEROUTING", "x"}), StartsWith("ERR wrong number"));
  EXPECT_THAT(Text({"DM.GETENTRY", "d"}), StartsWith("ERR wrong number"));
  EXPECT_THAT(Text({"DM.PUTENTRY", "d", "k", "short"}), StartsWith("INVALIDARGUMENT"));
  EXPECT_EQ(Text({"HELLO", "3"}), "ERR unknown command 'HELLO'");
  EXPECT_EQ(Text({}), "ERR empty command");
}

TEST_P(DMapTest, AMapHasItsOwnTimeToLive) {
  Config config = QuietConfig(3);
  config.custom_maps["short"].ttl = milliseconds(10);
  Start(config);
  Run({"DM.PUT", "short", "k", "v"});
  Run({"DM.PUT", "long", "k", "v"});
  Pass(milliseconds(10));
  EXPECT_EQ(Text({"DM.GET", "short", "k"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.GET", "long", "k"}), "v");
}

// Defect 7 of the specification: background eviction finds the map's configuration, and counts.
TEST_P(DMapTest, TheBackgroundEvictsWhatNobodyUsed) {
  Config config = QuietConfig(1);
  config.custom_maps["cache"].max_idle = milliseconds(10);
  Start(config);
  Run({"DM.PUT", "cache", "idle", "v"});
  Run({"DM.PUT", "cache", "used", "v"});
  Run({"DM.PUT", "other", "k", "v"});
  Pass(milliseconds(6));
  EXPECT_EQ(Text({"DM.GET", "cache", "used"}), "v");
  Pass(milliseconds(6));
  EXPECT_EQ((*cluster_)[0].Evict(), 1u);
  EXPECT_EQ((*cluster_)[0].counters().evicted_total.value(), 1u);
  EXPECT_EQ(Text({"DM.GET", "cache", "idle"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.GET", "cache", "used"}), "v");
  EXPECT_EQ(Text({"DM.GET", "other", "k"}), "v");
}

TEST_P(DMapTest, TheLeastRecentlyUsedGoesWhenThereAreTooManyKeys) {
  Config config = QuietConfig(1);
  config.maps.max_keys = 3;
  Start(config);
  for (const char* key : {"a", "b", "c"}) {
    Run({"DM.PUT", "d", key, "v"});
    Pass(milliseconds(1));
  }
  Run({"DM.GET", "d", "a"});
  Run({"DM.PUT", "d", "d", "v"});
  EXPECT_EQ(Text({"DM.GET", "d", "b"}), "KEYNOTFOUND key not found");
  for (const char* key : {"a", "c", "d"}) EXPECT_EQ(Text({"DM.GET", "d", key}), "v");
  EXPECT_EQ((*cluster_)[0].counters().evicted_total.value(), 1u);
}

TEST_P(DMapTest, MemoryIsLimitedToo) {
  Config config = QuietConfig(1);
  config.maps.max_inuse_bytes = 2 * (kEntryOverheadBytes + 1 + 10);
  Start(config);
  for (const char* key : {"a", "b", "c"}) {
    Run({"DM.PUT", "d", key, std::string(10, 'v')});
    Pass(milliseconds(1));
  }
  EXPECT_EQ(Text({"DM.GET", "d", "a"}), "KEYNOTFOUND key not found");
  EXPECT_EQ(Text({"DM.GET", "d", "c"}), std::string(10, 'v'));
}

TEST_P(DMapTest, StatisticsCount) {
  Run({"DM.PUT", "d", "k", "v"});
  Run({"DM.GET", "d", "k"});
  Run({"DM.GET", "d", "missing"});
  Run({"DM.DEL", "d", "k"});
  const std::string json = Text({"STATS"});
  for (const char* part :
       {"\"get_hits\":1", "\"get_misses\":1", "\"delete_hits\":1", "\"entries_total\":1",
        "\"cluster_coordinator\":{\"name\":\"127.0.0.1"}) {
    EXPECT_THAT(json, testing::HasSubstr(part));
  }
}

TEST_P(DMapTest, TwoIncrementsOfOneNodeAreBothCounted) {
  Start();
  std::thread other([&] { Run({"DM.INCR", "d", "k", "1"}); });
  Run({"DM.INCR", "d", "k", "1"});
  other.join();
  EXPECT_EQ(Text({"DM.GET", "d", "k"}), "2");
}

}  // namespace
}  // namespace olric
