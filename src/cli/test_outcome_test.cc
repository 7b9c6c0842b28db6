#include "cli/test_outcome.h"

#include <gtest/gtest.h>

#include <csignal>

namespace heddle::cli {
namespace {

// As waitpid tells them.
[[nodiscard]] constexpr int Exited(int status) { return status << 8; }

constexpr const char* kClean = R"({"executions":7,"seconds":0.5,"findings":[],"notes":[]})";

TEST(TestOutcomeTest, HeldAfterACleanRun) {
  const TestOutcome outcome = ReadOutcome("t", Exited(0), kClean, "heddle: note: x\n", false);
  EXPECT_EQ(outcome.status, TestStatus::kHeld);
  EXPECT_EQ(outcome.executions, 7u);
  EXPECT_EQ(outcome.seconds, 0.5);
  EXPECT_EQ(outcome.reason, "");
}

TEST(TestOutcomeTest, TakesTheTextOfFindingsOutOfTheRun) {
  const TestOutcome outcome = ReadOutcome(
      "t", Exited(1),
      R"({"executions":1,"findings":[{"id":"i","verdict":"deadlock","summary":"s","card":"c","text":"long"}]})",
      "", false);
  EXPECT_EQ(outcome.status, TestStatus::kFinding);
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].verdict, "deadlock");
  EXPECT_EQ(outcome.findings[0].text, "long");
  EXPECT_FALSE(outcome.run["findings"][0].contains("text"));
  EXPECT_TRUE(outcome.run["findings"][0].contains("card"));
}

TEST(TestOutcomeTest, RefusedSaysWhyInOneLine) {
  const TestOutcome outcome =
      ReadOutcome("t", Exited(2), "",
                  "heddle: note: n\nheddle: cannot run 'x': a script\n        name y\n", false);
  EXPECT_EQ(outcome.status, TestStatus::kRefused);
  EXPECT_EQ(outcome.reason, "cannot run 'x': a script (name y)");
  EXPECT_TRUE(outcome.run.is_null());
}

TEST(TestOutcomeTest, ARunThatWasCutShortHasNotHeld) {
  const TestOutcome outcome = ReadOutcome(
      "t", Exited(4),
      R"({"executions":3,"findings":[],"notes":["2 executions were cut short: l"]})", "", false);
  EXPECT_EQ(outcome.status, TestStatus::kRefused);
  EXPECT_EQ(outcome.reason, "2 executions were cut short: l");
}

TEST(TestOutcomeTest, ADeathOfHeddleIsNoCleanRun) {
  const TestOutcome killed = ReadOutcome("t", SIGSEGV, "", "", false);
  EXPECT_EQ(killed.status, TestStatus::kRefused);
  EXPECT_NE(killed.reason.find("signal 11"), std::string::npos);
  EXPECT_EQ(ReadOutcome("t", Exited(0), "", "", false).status, TestStatus::kRefused);
  EXPECT_EQ(ReadOutcome("t", Exited(0), "{ not json", "", false).status, TestStatus::kRefused);
}

TEST(TestOutcomeTest, InterruptedBeforeTheFirstExecutionIsNotRun) {
  EXPECT_EQ(ReadOutcome("t", SIGINT, "", "", true).status, TestStatus::kNotRun);
  EXPECT_EQ(ReadOutcome("t", Exited(0), kClean, "", true).status, TestStatus::kHeld);
}

}  // namespace
}  // namespace heddle::cli
