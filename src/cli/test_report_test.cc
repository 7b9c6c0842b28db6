#include "cli/test_report.h"

#include <gtest/gtest.h>

#include "cli/finding_text.h"
#include "cli/test_runs.h"

namespace heddle::cli {
namespace {

[[nodiscard]] TestOutcome Held(const std::string& name) {
  TestOutcome outcome;
  outcome.name = name;
  outcome.status = TestStatus::kHeld;
  outcome.exit_status = 0;
  outcome.executions = 1000;
  outcome.seconds = 0.42;
  return outcome;
}

[[nodiscard]] TestOutcome Failed(const std::string& name) {
  TestOutcome outcome = Held(name);
  outcome.status = TestStatus::kFinding;
  outcome.exit_status = 1;
  outcome.findings.push_back(
      {"data-race-1", "data-race", "race on x", ".heddle/" + name + "/data-race-1.card", "TEXT\n"});
  return outcome;
}

[[nodiscard]] TestOutcome Refused(const std::string& name, int exit_status) {
  TestOutcome outcome;
  outcome.name = name;
  outcome.status = TestStatus::kRefused;
  outcome.exit_status = exit_status;
  outcome.reason = "it is static";
  return outcome;
}

TEST(TestReportTest, OneLinePerTest) {
  EXPECT_EQ(TestLine(Held("A.B"), false), "[  ok  ] A.B  1,000 executions, 0.4 s\n");
  EXPECT_EQ(TestLine(Failed("A.B"), false), "[ FAIL ] A.B  data-race: race on x\n");
  EXPECT_EQ(TestLine(Refused("A.B", 2), false), "[refuse] A.B  it is static\n");
}

TEST(TestReportTest, AFindingOfSeveralTestsIsToldOnce) {
  const std::string text = TestFindingsText({Failed("A"), Held("B"), Failed("C")}, {});
  EXPECT_NE(text.find("in test A\nTEXT\nalso in C: heddle replay .heddle/C/data-race-1.card\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("TEXT"), text.rfind("TEXT"));
  EXPECT_EQ(TestFindingsText({Held("B")}, {}), "");
}

TEST(TestReportTest, TheSummaryCounts) {
  const std::vector<TestOutcome> outcomes = {Failed("A"), Held("B"), Refused("C", 4)};
  const std::string text = TestSummaryText(outcomes, Summarize(outcomes, 2.0, false), {});
  EXPECT_NE(text.find("3 tests: 1 held, 1 with findings, 1 refused; 2,000 executions in 2.0 s\n"),
            std::string::npos)
      << text;
}

TEST(TestReportTest, TheSummarySaysWhatWasNotLookedAt) {
  TestOutcome plain = Held("A");
  plain.run = {{"instrumented", false}, {"decisions", 0}, {"uncontrolled", {{{"name", "fork"}}}}};
  const std::string text = TestSummaryText({plain}, Summarize({plain}, 1.0, false), {});
  EXPECT_NE(text.find("no race detection in 1 test"), std::string::npos) << text;
  EXPECT_NE(text.find("fork, in 1 test"), std::string::npos) << text;
  EXPECT_NE(text.find("1 test made no decision"), std::string::npos) << text;
}

TEST(TestReportTest, TheWorstThatCountsIsTheExitStatus) {
  EXPECT_EQ(TestsExitStatus({Held("A")}), 0);
  EXPECT_EQ(TestsExitStatus({Held("A"), Refused("B", 2)}), 4);
  EXPECT_EQ(TestsExitStatus({Refused("A", 3), Refused("B", 2)}), 3);
  EXPECT_EQ(TestsExitStatus({Refused("A", 3), Failed("B")}), 1);
  EXPECT_EQ(TestsExitStatus({TestOutcome{}}), 4);
}

TEST(TestReportTest, JsonHasAnEntryPerTest) {
  const std::vector<TestOutcome> outcomes = {Failed("A"), Refused("C", 4)};
  const nlohmann::json object = TestsJson(outcomes, Summarize(outcomes, 2.0, false), "gtest");
  EXPECT_EQ(object["version"], 1);
  EXPECT_EQ(object["tests"][0]["status"], "finding");
  EXPECT_EQ(object["tests"][1]["reason"], "it is static");
  EXPECT_TRUE(object["tests"][1]["run"].is_null());
}

TEST(TestReportTest, NamesOfTestsBecomeNamesOfDirectories) {
  EXPECT_EQ(FileNameFor("Some/Threads.Join/0"), "Some_Threads.Join_0");
  EXPECT_EQ(FileNameFor("a queue; rm -rf $HOME"), "a_queue__rm_-rf__HOME");
  EXPECT_EQ(FileNameFor(".."), "_..");
  EXPECT_EQ(FileNameFor(""), "_");
}

TEST(TestReportTest, TheFormOfFindingsTravelsAsOneWord) {
  report::TextOptions options;
  options.color = true;
  options.width = 87;
  options.directory = "/home/a b:c";
  const std::optional<report::TextOptions> read = ParseFindingTextForm(FindingTextForm(options));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(read->color);
  EXPECT_EQ(read->width, 87u);
  EXPECT_EQ(read->directory, "/home/a b:c");
  for (const char* wrong : {"", "plain", "plain:", "plain:x:/", "plain:80", "loud:80:/"})
    EXPECT_FALSE(ParseFindingTextForm(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace heddle::cli
