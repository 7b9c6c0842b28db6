#include "driver/loom_options.h"

#include <gtest/gtest.h>

namespace heddle::driver {
namespace {

using trace::StrategyKind;
using trace::Verdict;

TEST(LoomOptionsTest, StrategiesSurviveTheRoundTrip) {
  for (const char* text : {"random:1", "random:1000", "pct:1", "pct:64", "pos", "portfolio", "dfs",
                           "dfs:0", "dfs:1000"}) {
    const Result<trace::StrategySpec> strategy = ParseStrategy(text);
    ASSERT_TRUE(strategy.ok()) << text;
    EXPECT_EQ(StrategyText(strategy.value()), text);
  }
}

TEST(LoomOptionsTest, StrategiesHaveDefaults) {
  EXPECT_EQ(ParseStrategy("random").value().switch_per_mille, 1000u);
  EXPECT_EQ(ParseStrategy("pct").value().depth, 3u);
  EXPECT_EQ(ParseStrategy("dfs").value().preemption_bound, trace::kNoIndex);
}

TEST(LoomOptionsTest, RefusesWrongStrategies) {
  for (const char* text :
       {"", "rand", "random:", "random:0", "random:1001", "random:x", "pct:0", "pct:65", "pct:3:4",
        "pos:1", "portfolio:2", "dfs:", "dfs:-1", "dfs:1001", "replay"}) {
    EXPECT_FALSE(ParseStrategy(text).ok()) << text;
  }
}

TEST(LoomOptionsTest, VerdictListsNameSets) {
  EXPECT_EQ(ParseVerdicts("data-race,deadlock").value(),
            Only(Verdict::kDataRace) | Only(Verdict::kDeadlock));
  EXPECT_EQ(ParseVerdicts("all").value(), AllVerdicts());
  EXPECT_FALSE(ParseVerdicts("none").ok());
  EXPECT_FALSE(ParseVerdicts("data-race,").ok());
  EXPECT_FALSE(ParseVerdicts("data-rice").ok());
}

TEST(LoomOptionsTest, DetectorsFollowTheWantedVerdicts) {
  EXPECT_EQ(DetectorsFor(Only(Verdict::kDataRace)), uint32_t{trace::kDetectRaces});
  EXPECT_EQ(DetectorsFor(Only(Verdict::kDoubleFree)), uint32_t{trace::kDetectHeap});
  EXPECT_EQ(DetectorsFor(Only(Verdict::kCrash)), 0u);
}

TEST(LoomOptionsTest, EveryDetectFlagHasAWord) {
  uint32_t flags = 0;
  for (const std::string& word : DetectWords(trace::kDetectAll))
    flags |= DetectFlagOf(word).value_or(0);
  EXPECT_EQ(flags, uint32_t{trace::kDetectAll});
  EXPECT_FALSE(DetectFlagOf("raises").has_value());
}

}  // namespace
}  // namespace heddle::driver
