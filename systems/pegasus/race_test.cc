// Heddle finds each bug of the meta session as reported, within a stated number of schedules, and none in the fixed one.
#include <string>

#include "heddle/gtest.h"
#include "systems/pegasus/scenarios.h"

namespace pegasus {
namespace {

using systems::Variant;

// As reported, a handful is enough; the fixed variant is held against far more.
constexpr std::uint64_t kToFind = 200;
constexpr std::uint64_t kToHold = 500;

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
  EXPECT_NE(story.find("ReportedCall::IssueSingleMeta"), std::string::npos) << story;
  EXPECT_NE(story.find("ReportedMetaManager::QueryConfig"), std::string::npos) << story;
}

TEST(AsReported, ASessionIsLeftOpen) { ExpectFound(&LateLeader, "crash", "data-race"); }

TEST(AsReported, QueriesOverwriteWhatOthersLearned) {
  ExpectFound(&ConcurrentQueries, "crash", "data-race");
}

TEST(AsReported, ALeaderChangeRaces) { ExpectFound(&LeaderChange, "data-race", "crash"); }

HEDDLE_TEST(Fixed, MustQueryLeader, .schedules = kToHold) { MustQueryLeader(Variant::kFixed); }
HEDDLE_TEST(Fixed, LateLeader, .schedules = kToHold) { LateLeader(Variant::kFixed); }
HEDDLE_TEST(Fixed, ConcurrentQueries, .schedules = kToHold) { ConcurrentQueries(Variant::kFixed); }
HEDDLE_TEST(Fixed, LeaderChange, .schedules = kToHold) { LeaderChange(Variant::kFixed); }

}  // namespace
}  // namespace pegasus
