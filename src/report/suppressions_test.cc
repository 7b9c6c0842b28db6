// Which findings a line suppresses, and which lines have no effect.
#include "report/suppressions.h"

#include <gtest/gtest.h>

#include "report/view_for_test.h"

namespace heddle::report {
namespace {

bool Suppresses(const std::string& text, const FindingView& finding) {
  return FindRule(ParseSuppressions(text), finding) != nullptr;
}

TEST(SuppressionsTest, APatternMatchesAnywhereUnlessTied) {
  EXPECT_TRUE(MatchesPattern("audit", "bank::audit()"));
  EXPECT_FALSE(MatchesPattern("^audit", "bank::audit()"));
  EXPECT_TRUE(MatchesPattern("^bank::*t()$", "bank::audit()"));
  EXPECT_FALSE(MatchesPattern("audit$", "bank::audit()"));
  EXPECT_TRUE(MatchesPattern("a*t*(", "bank::audit()"));
  EXPECT_FALSE(MatchesPattern("t*k", "bank::audit()"));
  EXPECT_TRUE(MatchesPattern("ab$", "abab"));
  EXPECT_TRUE(MatchesPattern("*", ""));
}

TEST(SuppressionsTest, ARaceIsMatchedByEitherSideFileModuleOrVariable) {
  for (const char* line : {"race:audit", "race:deposit", "race:account.cc", "race:^bank::audit$",
                           "race:/home/u/bank/bank", "race:^bank::balance$", "data-race:audit"})
    EXPECT_TRUE(Suppresses(line, RaceForTest())) << line;
  for (const char* line : {"race:refund", "deadlock:audit", "mutex:audit", "thread:audit",
                           "race:^audit", "lock-order:audit"})
    EXPECT_FALSE(Suppresses(line, RaceForTest())) << line;
}

TEST(SuppressionsTest, RaceTopSeesTheInnermostFrameOnly) {
  EXPECT_TRUE(Suppresses("race_top:audit", RaceForTest()));
  EXPECT_TRUE(Suppresses("race:lambda", RaceForTest()));
  EXPECT_FALSE(Suppresses("race_top:lambda", RaceForTest()));
}

TEST(SuppressionsTest, CalledFromLibSeesModulesOnly) {
  EXPECT_TRUE(Suppresses("called_from_lib:bank/bank$", RaceForTest()));
  EXPECT_FALSE(Suppresses("called_from_lib:audit", RaceForTest()));
  EXPECT_FALSE(Suppresses("called_from_lib:bank/bank$", DeadlockForTest()));
}

TEST(SuppressionsTest, DeadlockCoversLockOrderToo) {
  FindingView finding = DeadlockForTest();
  EXPECT_TRUE(Suppresses("deadlock:refund", finding));
  EXPECT_FALSE(Suppresses("race:refund", finding));
  finding.verdict = trace::Verdict::kLockOrder;
  EXPECT_TRUE(Suppresses("deadlock:refund", finding));
}

TEST(SuppressionsTest, CommentsAndBlankLinesAreNothing) {
  const Suppressions read = ParseSuppressions("# note\n\n  race:a  \r\n#race:b\nrace:c");
  ASSERT_EQ(read.rules.size(), 2u);
  EXPECT_EQ(read.rules[0].pattern, "a");
  EXPECT_EQ(read.rules[1].text, "race:c");
  EXPECT_TRUE(read.notes.empty());
}

TEST(SuppressionsTest, LinesWithoutEffectAreNamed) {
  const Suppressions read = ParseSuppressions("signal:f\nleak:f\nrace\nrace:\n");
  EXPECT_TRUE(read.rules.empty());
  EXPECT_EQ(read.notes, (std::vector<std::string>{
                            "line 1 has no effect: Heddle makes no findings of the kind 'signal'",
                            "line 2 has no effect: 'leak' is no kind that Heddle knows",
                            "line 3 has no effect: 'race' is not of the form KIND:PATTERN",
                            "line 4 has no effect: 'race:' has no pattern"}));
}

}  // namespace
}  // namespace heddle::report
