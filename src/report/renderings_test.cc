// SARIF, JUnit, annotations and trace of the views that all renderings are tried on.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "report/annotations.h"
#include "report/build.h"
#include "report/json.h"
#include "report/json_read.h"
#include "report/junit.h"
#include "report/sarif.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/trace_events.h"
#include "report/utf8.h"
#include "report/view_for_test.h"

namespace heddle::report {
namespace {

using nlohmann::json;

FindingView Finished(FindingView finding) {
  finding.summary = Summarize(finding);
  finding.id = FindingId(finding);
  finding.card = ".heddle/x.card";
  return finding;
}

FindingView RaceWithTimeline() {
  FindingView finding = Finished(RaceForTest());
  auto timeline = std::make_shared<Timeline>();
  timeline->words = {"locks mutex M1 (bank::lock)", "unlocks mutex M1 (bank::lock)"};
  timeline->places = {{"", "", 0}, {"deposit()", "/home/u/bank/account.cc", 16}};
  timeline->threads = {{1, "T1 (teller)"}, {2, "T2"}};
  timeline->objects = {{5, "mutex M1 (bank::lock)"}};
  const auto add = [&](uint32_t thread, trace::OpKind op, uint32_t words) {
    TimelineEvent event;
    event.index = timeline->events.size();
    event.thread = thread;
    event.op = op;
    event.object = 5;
    event.words = words;
    event.place = 1;
    timeline->events.push_back(event);
  };
  add(1, trace::OpKind::kMutexLock, 0);
  add(1, trace::OpKind::kMutexUnlock, 1);
  add(2, trace::OpKind::kMutexLock, 0);
  timeline->events.back().blocked = true;
  finding.timeline = timeline;
  EventView event;
  event.thread = 1;
  event.words = "locks mutex M1 (bank::lock)";
  event.function = "deposit()";
  event.file = "/home/u/bank/account.cc";
  event.line = 16;
  finding.events = {event};
  finding.schedule = ScheduleView{.preemptive_switches = 1,
                                  .threads_involved = 2,
                                  .found_switches = 9,
                                  .minimal = true,
                                  .shrink_seconds = 0.5};
  return finding;
}

ReportView ReportWith(FindingView finding) {
  RunView run;
  run.program = {"./bank", "--teller", "two words"};
  run.strategy = "pos";
  run.seed = 7;
  run.executions = 3;
  run.findings = {std::move(finding)};
  return ReportOf(std::move(run), CaseStatus::kFinding);
}

ReportView TestsForTest() {
  ReportView report;
  report.kind = "gtest";
  CaseView held;
  held.name = "Bank.Holds";
  held.seconds = 0.5;
  CaseView refused;
  refused.name = "Bank/0.Is<Static>";
  refused.status = CaseStatus::kRefused;
  refused.reason = "it is \"statically\" linked & more";
  CaseView not_run;
  not_run.name = "Bank.Late";
  not_run.status = CaseStatus::kNotRun;
  report.cases = {held, refused, not_run};
  return report;
}

TEST(AnnotationsTest, BothSidesOfARaceAreMarked) {
  EXPECT_EQ(
      GithubAnnotations(ReportWith(Finished(RaceForTest())), "/home/u"),
      "::error file=bank/account.cc,line=31,title=Heddle%3A " + Finished(RaceForTest()).id +
          "::data race on global 'bank::balance' (4 bytes): read in audit() account.cc:31 by T2, "
          "write in deposit() account.cc:17 by T1%0Areplay: heddle replay .heddle/x.card\n"
          "::notice file=bank/account.cc,line=17,title=Heddle%3A " +
          Finished(RaceForTest()).id + "::earlier write by T1 (teller)\n");
}

TEST(AnnotationsTest, WhatCannotStandInACommandIsEscaped) {
  ReportView report = TestsForTest();
  report.cases[1].reason = "100%\nnew: line";
  EXPECT_EQ(GithubAnnotations(report, ""),
            "::warning title=Heddle%3A not explored::Bank/0.Is<Static>: 100%25%0Anew: line\n");
}

TEST(JunitTest, ATestIsACase) {
  EXPECT_EQ(JunitXml(TestsForTest(), ""), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="heddle" tests="3" failures="0" errors="1" skipped="1" time="0.500">
  <testsuite name="heddle.gtest" tests="3" failures="0" errors="1" skipped="1" time="0.500">
    <testcase classname="Bank" name="Holds" time="0.500">
    </testcase>
    <testcase classname="Bank/0" name="Is&lt;Static&gt;" time="0.000">
      <error type="refused" message="it is &quot;statically&quot; linked &amp; more"/>
    </testcase>
    <testcase classname="Bank" name="Late" time="0.000">
      <skipped message="interrupted before it was explored"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(JunitTest, AFindingIsAFailureWithItsText) {
  const std::string xml = JunitXml(ReportWith(Finished(DeadlockForTest())), "/home/u");
  EXPECT_NE(xml.find("<testcase classname=\"heddle.program\" name=\"bank\""), std::string::npos);
  EXPECT_NE(xml.find("<failure type=\"deadlock\" message=\"deadlock: T1 holds mutex M1"),
            std::string::npos);
  EXPECT_NE(xml.find("#0 bank::transfer(int)                     bank/account.cc:50"),
            std::string::npos);
}

TEST(XmlTextTest, NothingThatXmlCannotExpress) {
  EXPECT_EQ(XmlText("a\x01\xff<\"&>\n"), "a??&lt;&quot;&amp;&gt;\n");
}

TEST(SarifTest, AResultHasPlaceFingerprintAndTheInterleaving) {
  const json sarif = SarifJson(ReportWith(RaceWithTimeline()),
                               {.directory = "/home/u", .heddle_version = "1.2.3"});
  EXPECT_EQ(sarif["version"], "2.1.0");
  const json& run = sarif["runs"][0];
  EXPECT_EQ(run["originalUriBaseIds"]["SRCROOT"]["uri"], "file:///home/u/");
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], "data-race");
  EXPECT_EQ(run["invocations"][0]["arguments"], json({"--teller", "two words"}));
  const json& result = run["results"][0];
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["partialFingerprints"]["heddleFinding/v1"], RaceWithTimeline().id);
  const json place = {{"artifactLocation", {{"uri", "bank/account.cc"}, {"uriBaseId", "SRCROOT"}}},
                      {"region", {{"startLine", 31}}}};
  EXPECT_EQ(result["locations"][0]["physicalLocation"], place);
  const json& step = result["codeFlows"][0]["threadFlows"][0]["locations"][0];
  EXPECT_EQ(step["location"]["message"]["text"], "T1 (teller): locks mutex M1 (bank::lock)");
  EXPECT_EQ(step["executionOrder"], 1);
  EXPECT_EQ(result["codeFlows"][1]["threadFlows"][0]["id"], "T1");
}

TEST(SarifTest, PathsAreUris) { EXPECT_EQ(UriPath("/a b/\xff#.cc"), "/a%20b/%FF%23.cc"); }

TEST(SarifTest, WhatWasNotExploredIsNoSuccess) {
  const json sarif = SarifJson(TestsForTest(), {});
  const json& invocations = sarif["runs"][0]["invocations"];
  EXPECT_EQ(invocations[0]["executionSuccessful"], true);
  EXPECT_EQ(invocations[1]["executionSuccessful"], false);
  EXPECT_EQ(invocations[1]["toolExecutionNotifications"][0]["level"], "error");
  EXPECT_EQ(sarif["runs"][0]["results"], json::array());
}

// Events of the trace with this phase.
std::vector<json> Phase(const json& trace, const std::string& phase) {
  std::vector<json> events;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] == phase) events.push_back(event);
  }
  return events;
}

TEST(TraceTest, HasThreadsEventsLocksWaitsAndArrows) {
  const json trace = TraceJson(ReportWith(RaceWithTimeline()));
  EXPECT_EQ(Phase(trace, "M").size(), 5u) << "a process, two threads with name and place";
  ASSERT_EQ(Phase(trace, "b").size(), 2u);
  EXPECT_EQ(Phase(trace, "b")[0]["name"], "mutex M1 (bank::lock)");
  EXPECT_EQ(Phase(trace, "e")[0]["ts"], 2) << "to the end of the unlock";
  ASSERT_EQ(Phase(trace, "s").size(), 1u);
  EXPECT_EQ(Phase(trace, "s")[0]["ts"], 1);
  EXPECT_EQ(Phase(trace, "f")[0]["ts"], 2);
  EXPECT_EQ(Phase(trace, "f")[0]["id"], Phase(trace, "s")[0]["id"]);
  EXPECT_EQ(Phase(trace, "X")[0]["args"]["place"], "/home/u/bank/account.cc:16");
}

TEST(JsonReadTest, ReadsWhatWasWritten) {
  for (const FindingView& finding :
       {Finished(RaceForTest()), Finished(DeadlockForTest()), RaceWithTimeline()}) {
    const json written = FindingJson(finding);
    EXPECT_EQ(FindingJson(ReadFinding(written)), written);
    const TextOptions options{.directory = "/home/u"};
    EXPECT_EQ(FindingText(ReadFinding(written), options), FindingText(finding, options));
  }
}

TEST(JsonReadTest, ReadsAWholeReport) {
  RunView run = ReportWith(RaceWithTimeline()).cases[0].run;
  run.suppressed = {{"race:bank::audit", 1, 20, {"data-race-1"}}};
  run.uncontrolled = {{"io_uring_setup", "refused", 2}};
  run.notes = {"a note"};
  std::string why;
  const auto report = ReadReport(RunJson(run).dump(), &why);
  ASSERT_TRUE(report.has_value()) << why;
  ASSERT_EQ(report->cases.size(), 1u);
  EXPECT_EQ(RunJson(report->cases[0].run), RunJson(run));
  EXPECT_EQ(report->cases[0].status, CaseStatus::kFinding);
}

TEST(JsonReadTest, SaysWhyItIsNoReport) {
  std::string why;
  EXPECT_FALSE(ReadReport("{", &why).has_value());
  EXPECT_EQ(why, "it is not a JSON object");
  EXPECT_FALSE(ReadReport(R"({"version":1})", &why).has_value());
  EXPECT_EQ(why, "it is no report: it has neither findings nor tests");
  EXPECT_FALSE(ReadReport(R"({"version":9,"findings":[]})", &why).has_value());
  EXPECT_EQ(why, "it has report version 9, and this Heddle reads version 1");
}

TEST(JsonReadTest, ValuesOfTheWrongTypeCountAsNotThere) {
  const json edited = json::parse(
      R"({"id":5,"verdict":"data-race","threads":"none","accesses":[7,{"thread":-1}],
          "timeline":{"words":["w"],"places":[["f","x",1]],"events":[[1,2],[0,0,0,0,9,0,0,0,0,0]]}})");
  const FindingView finding = ReadFinding(edited);
  EXPECT_EQ(finding.id, "");
  EXPECT_EQ(finding.verdict, trace::Verdict::kDataRace);
  EXPECT_EQ(finding.accesses.size(), 2u);
  EXPECT_EQ(finding.accesses[1].thread, kNoThreadIndex);
  EXPECT_TRUE(finding.timeline->events.empty()) << "a row too short, and words that are not there";
}

}  // namespace
}  // namespace heddle::report
