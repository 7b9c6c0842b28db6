// Heddle finds each bug of the meta session as reported, within a stated number of schedules, and none in the fixed one.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "heddle/gtest.h"
#include "systems/pegasus/client.h"
#include "systems/pegasus/one_box.h"
#include "systems/pegasus/scenarios.h"

namespace pegasus {
namespace {

using systems::Variant;

// As reported, a handful is enough; the fixed variant is held against far more.
constexpr std::uint64_t kToFind = 200;
constexpr std::uint64_t kToHold = 300;

// `no_detect`: verdicts to pass over, to see what is left when nobody looks for data races.
void ExpectFound(void (*scenario)(Variant), const std::string& verdict,
                 const std::string& no_detect = "") {
  const heddle::Result result = heddle::detail::ExploreForTest(
      [&] { scenario(Variant::kAsReported); }, {.schedules = kToFind, .no_detect = no_detect});
  if (!result.explored()) GTEST_SKIP() << "built without Heddle: nothing is explored";
  ASSERT_FALSE(result.findings().empty()) << result.ToString();
  EXPECT_EQ(result.findings().front().verdict, verdict) << result.ToString();
}

TEST(AsReported, MustQueryLeaderRaces) { ExpectFound(&MustQueryLeader, "data-race"); }

TEST(AsReported, TheCallerReadsAListThatAFollowersThreadAddsTo) {
  const heddle::Result result = heddle::detail::ExploreForTest(
      [] { LateLeader(Variant::kAsReported); }, {.schedules = kToFind});
  if (!result.explored()) GTEST_SKIP() << "built without Heddle: nothing is explored";
  ASSERT_FALSE(result.findings().empty()) << result.ToString();
  EXPECT_EQ(result.findings().front().verdict, "data-race");
  const std::string story = result.ToString();
  // The other side may be without its stack: sessions that are never closed keep memory, so the list has another address
  // when the schedule is run again.
  EXPECT_NE(story.find("ReportedMetaManager::QueryConfig"), std::string::npos) << story;
  EXPECT_NE(story.find("IssueBackupMetas"), std::string::npos) << story;
}

TEST(AsReported, ASessionIsLeftOpen) { ExpectFound(&LateLeader, "crash", "data-race"); }

TEST(AsReported, QueriesOverwriteWhatOthersLearned) {
  ExpectFound(&ConcurrentQueries, "crash", "data-race");
}

TEST(AsReported, ALeaderChangeRaces) { ExpectFound(&LeaderChange, "data-race", "crash"); }

TEST(AsReported, TheListenerForSilentServersIsSetWithoutALock) {
  ExpectFound(&OpenWhileCalling, "data-race");
}

TEST(AsReported, ARetryGoesToTheNodeThatLostThePartition) { ExpectFound(&RetryAfterMove, "crash"); }

HEDDLE_TEST(Fixed, MustQueryLeader, .schedules = kToHold) { MustQueryLeader(Variant::kFixed); }
HEDDLE_TEST(Fixed, LateLeader, .schedules = kToHold) { LateLeader(Variant::kFixed); }
HEDDLE_TEST(Fixed, ConcurrentQueries, .schedules = kToHold) { ConcurrentQueries(Variant::kFixed); }
HEDDLE_TEST(Fixed, OpenWhileCalling, .schedules = kToHold) { OpenWhileCalling(Variant::kFixed); }
HEDDLE_TEST(Fixed, RetryAfterMove, .schedules = kToHold) { RetryAfterMove(Variant::kFixed); }
HEDDLE_TEST(Fixed, LeaderChange, .schedules = kToHold) { LeaderChange(Variant::kFixed); }

// Upstream's size, on real threads: too many to explore.
TEST(Natively, AHundredTablesQueryAndAreOpened) {
  constexpr int kTables = 100;
  const auto name = [](int i) { return "table" + std::to_string(i); };
  OneBox box;
  for (int i = 0; i < kTables; ++i) box.CreateTable(name(i), 2);
  SessionCensus census;
  ClientOptions options;
  options.meta_servers = box.meta_list();
  options.meta_servers.insert(options.meta_servers.begin(), {"0.0.0.0:12345", "0.0.0.0:12346"});
  options.meta.session.census = &census;
  options.replica.census = &census;
  {
    const auto client = std::move(*Client::Make(box.network(), options));
    std::vector<std::thread> threads;
    for (int i = 0; i < kTables; ++i) {
      threads.emplace_back([&, i] {
        if (i == kTables / 2) box.ChangeLeader(2);
        const ContextPtr context = Context::WithTimeout(std::chrono::minutes(1));
        EXPECT_EQ(client->metas().QueryConfig(context, name(i)).error, ErrorCode::kOk);
        EXPECT_TRUE(client->OpenTable(context, name(i % 7)).ok());
      });
    }
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(
        client->metas().QueryConfig(Context::WithTimeout(std::chrono::minutes(1)), name(0)).error,
        ErrorCode::kOk);
    EXPECT_THAT(client->metas().leader(), testing::EndsWith(":34603"));
    EXPECT_LE(client->metas().addresses().size(), 5U + 2U);
  }
  EXPECT_EQ(census.leaked(), 0);
}

}  // namespace
}  // namespace pegasus
