// What a report says of coverage: in words for people, and in JSON that can be read back.
#include "report/coverage.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "report/json.h"
#include "report/json_read.h"
#include "trace/order_words.h"

namespace heddle::report {
namespace {

using trace::OrderSource;

CoverageView SomeCoverage() {
  CoverageView view;
  view.orders.executions = 10'000;
  view.orders.distinct = 1234;
  view.orders.once = 310;
  view.orders.twice = 90;
  view.orders.recent_executions = 1000;
  view.orders.recent_new = 33;
  view.orders.unseen = 0.031;
  view.orders.unseen_low = 0.0268;
  view.orders.unseen_high = 0.0352;
  return view;
}

TEST(CoverageTest, SaysHowMuchIsUnseenInPlainWords) {
  CoverageView view = SomeCoverage();
  EXPECT_EQ(CoverageLines(view),
            (std::vector<std::string>{
                "1234 orders of dependent steps, 33 of them first seen in the last 1000 executions",
                "about 3.1% of what this strategy would see is still unseen (95% confidence: 2.7% "
                "to 3.5%)"}));
  EXPECT_EQ(CoverageInShort(view), "about 3.1% unseen");
  view.orders.once = 0;
  view.orders.unseen_high = 0.0003;
  EXPECT_EQ(CoverageLines(view)[1],
            "less than 0.030% of what this strategy would see is still unseen (95% confidence)");
  EXPECT_EQ(CoverageInShort(view), "less than 0.030% unseen");
  view.orders.executions = 99;
  EXPECT_EQ(CoverageLines(view)[1], "too few executions to say how much is still unseen");
  EXPECT_EQ(CoverageInShort(view), "");
}

TEST(CoverageTest, SaysWhenTheNumberIsAnEstimateAndWhenAllOrdersWereSeenOnce) {
  CoverageView view = SomeCoverage();
  view.orders.exact = false;
  view.orders.unseen = 0.998;
  view.orders.unseen_high = 1;
  EXPECT_EQ(CoverageLines(view)[0].find("about 1234 orders"), 0u);
  EXPECT_EQ(CoverageLines(view)[1].find("nearly all of what this strategy would see"), 0u);
}

TEST(CoverageTest, ASearchDoesNotEstimate) {
  CoverageView view = SomeCoverage();
  view.source = OrderSource::kSearched;
  EXPECT_EQ(CoverageLines(view),
            (std::vector<std::string>{"1234 orders of dependent steps",
                                      "a search that is not over says nothing about the rest"}));
  EXPECT_EQ(CoverageInShort(view), "");
  EXPECT_TRUE(CoverageJson(view)["unseen"].is_null());
  view.source = OrderSource::kComplete;
  EXPECT_EQ(CoverageLines(view)[1], "complete: nothing is unseen");
  EXPECT_EQ(CoverageJson(view)["unseen"], 0.0);
}

TEST(CoverageTest, SaysWhyTheRunEnded) {
  CoverageView view = SomeCoverage();
  view.wanted = 0.05;
  view.saturated = true;
  EXPECT_EQ(CoverageLines(view).back(),
            "saturated: the run ended because at most 5.0% is unseen (--until-saturated)");
  EXPECT_EQ(CoverageInShort(view), "saturated, about 3.1% unseen");
  view.saturated = false;
  EXPECT_EQ(CoverageLines(view).back(),
            "not saturated: the run ended before at most 5.0% is unseen (--until-saturated)");
}

TEST(CoverageTest, PercentagesHaveTwoDigits) {
  const auto percent = [](double part) {
    TextBuffer<40> text;
    trace::AddPercent(part, &text);
    return std::string(text.c_str());
  };
  EXPECT_EQ(percent(1), "100%");
  EXPECT_EQ(percent(0.126), "13%");
  EXPECT_EQ(percent(0.0996), "10%");
  EXPECT_EQ(percent(0.031), "3.1%");
  EXPECT_EQ(percent(0.01), "1.0%");
  EXPECT_EQ(percent(0.00999), "1.0%");
  EXPECT_EQ(percent(0.0042), "0.42%");
  EXPECT_EQ(percent(0.000003), "0.00030%");
  EXPECT_EQ(percent(0), "0%");
}

TEST(CoverageTest, IsReadBackFromJson) {
  RunView run;
  run.coverage = SomeCoverage();
  run.coverage->wanted = 0.01;
  run.coverage->saturated = true;
  run.coverage->orders.exact = false;
  const nlohmann::json json = RunJson(run);
  EXPECT_EQ(json["coverage"]["orders"], 1234);
  EXPECT_EQ(RunJson(ReadRun(json)), json);
  EXPECT_TRUE(RunJson({})["coverage"].is_null());
  EXPECT_FALSE(ReadRun(RunJson({})).coverage.has_value());
}

}  // namespace
}  // namespace heddle::report
