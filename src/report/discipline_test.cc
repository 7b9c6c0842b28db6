// Discipline, suggestion and harm: as text, as JSON and back, and the remedies that a verdict names by itself.
#include <gtest/gtest.h>

#include <string>

#include "report/discipline_json.h"
#include "report/json.h"
#include "report/json_read.h"
#include "report/known_remedies.h"
#include "report/text.h"
#include "report/view_for_test.h"

namespace heddle::report {
namespace {

FindingView ExplainedRace() {
  FindingView race = RaceForTest();
  race.discipline = DisciplineView{
      .executions = 200,
      .accesses = 260,
      .contended = 214,
      .left_out = 1,
      .locks = {{"mutex 'bank::lock'", 213}},
      .statements = {"213 of 214 contended accesses held mutex 'bank::lock'; 1 did not: read in "
                     "Audit() account.cc:31"}};
  race.suggestion = SuggestionView{.remedy = "hold-lock",
                                   .advice = "hold mutex 'bank::lock' here",
                                   .evidence = "213 of 214 contended accesses held it, 1 did not",
                                   .lock = "mutex 'bank::lock'",
                                   .function = "Audit()",
                                   .file = "/home/u/bank/account.cc",
                                   .line = 31};
  race.harm =
      HarmView{.executions = 200, .raced = 81, .consequences = {{"assertion", "balance >= 0", 3}}};
  return race;
}

TEST(DisciplineViewTest, TextHasCountsAdviceAndHarm) {
  const std::string text =
      FindingText(ExplainedRace(), {.width = 100, .directory = "/home/u/bank"});
  const size_t at = text.find("  discipline, in 200 further executions");
  ASSERT_NE(at, std::string::npos) << text;
  const std::string expected = R"(  discipline, in 200 further executions
    213 of 214 contended accesses held mutex 'bank::lock'; 1 did not: read in Audit() account.cc:31
    (1 step not noted: too many)

  suggestion: hold-lock (docs/remedies/hold-lock.md)
    hold mutex 'bank::lock' here
    at Audit() account.cc:31
    because 213 of 214 contended accesses held it, 1 did not

  harm: the race happened in 81 of 200 executions
    3 of these ended with assertion: balance >= 0
)";
  EXPECT_EQ(text.substr(at, expected.size()), expected);
}

TEST(DisciplineViewTest, NoSuggestionIsSaid) {
  FindingView race = ExplainedRace();
  race.suggestion.reset();
  race.harm->consequences.clear();
  const std::string text = FindingText(race, {});
  EXPECT_NE(text.find("  no suggestion: "), std::string::npos) << text;
  EXPECT_NE(text.find("  harm: no consequence seen; the race happened in 81 of 200 executions\n"),
            std::string::npos)
      << text;
}

TEST(DisciplineViewTest, NothingIsSaidWhereNothingWasLookedFor) {
  const std::string text = FindingText(RaceForTest(), {});
  EXPECT_EQ(text.find("suggestion"), std::string::npos);
  EXPECT_EQ(text.find("harm"), std::string::npos);
  EXPECT_EQ(ExplanationText(RaceForTest()), "");
}

TEST(DisciplineViewTest, JsonIsReadBack) {
  const FindingView race = ExplainedRace();
  const nlohmann::json json = FindingJson(race);
  EXPECT_EQ(json["suggestion"]["remedy"], "hold-lock");
  EXPECT_EQ(json["suggestion"]["location"]["line"], 31);
  EXPECT_EQ(json["discipline"]["locks"][0]["held"], 213);
  EXPECT_EQ(json["harm"]["consequences"][0]["verdict"], "assertion");
  EXPECT_EQ(FindingJson(ReadFinding(json))["suggestion"], json["suggestion"]);
  EXPECT_EQ(FindingJson(ReadFinding(json))["discipline"], json["discipline"]);
  EXPECT_EQ(FindingJson(ReadFinding(json))["harm"], json["harm"]);
}

TEST(DisciplineViewTest, ACardKeepsTheSame) {
  FindingView bare = RaceForTest();
  ReadExplanation(ExplanationText(ExplainedRace()), &bare);
  EXPECT_EQ(FindingJson(bare), FindingJson(ExplainedRace()));
}

TEST(DisciplineViewTest, WhatIsDamagedIsIgnored) {
  FindingView finding;
  ReadExplanation("no json", &finding);
  ReadExplanation("[1]", &finding);
  ReadExplanation(R"({"discipline": 3, "suggestion": [], "harm": "much"})", &finding);
  EXPECT_FALSE(finding.discipline || finding.suggestion || finding.harm);
  ReadExplanation(R"({"suggestion": {"remedy": 7, "location": {"line": -1}}})", &finding);
  ASSERT_TRUE(finding.suggestion.has_value());
  EXPECT_EQ(finding.suggestion->remedy, "");
  EXPECT_EQ(finding.suggestion->line, 0u);
}

TEST(KnownRemedyTest, ACycleOfLocksWantsAnOrder) {
  FindingView deadlock = DeadlockForTest();
  for (size_t i = 0; i < deadlock.cycle.size(); ++i)
    deadlock.cycle[i].object = static_cast<uint32_t>(i + 1);
  const auto remedy = KnownRemedy(deadlock);
  ASSERT_TRUE(remedy.has_value());
  EXPECT_EQ(remedy->remedy, "lock-in-one-order");
  EXPECT_NE(remedy->evidence.find("while it holds"), std::string::npos) << remedy->evidence;
}

TEST(KnownRemedyTest, ACycleThroughAJoinHasNone) {
  FindingView deadlock = DeadlockForTest();
  deadlock.cycle.back().kind = "";
  EXPECT_FALSE(KnownRemedy(deadlock).has_value());
}

TEST(KnownRemedyTest, APromiseIsSetOnce) {
  FindingView finding;
  finding.verdict = trace::Verdict::kUncaughtException;
  finding.message = "std::future_error: std::future_error: Promise already satisfied";
  ASSERT_TRUE(KnownRemedy(finding).has_value());
  EXPECT_EQ(KnownRemedy(finding)->remedy, "signal-once");
  finding.message = "std::runtime_error: no";
  EXPECT_FALSE(KnownRemedy(finding).has_value());
}

}  // namespace
}  // namespace heddle::report
