// The text report, line by line. The stacks have files that do not exist, so no source is quoted unless a test makes one.
#include "report/text.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "report/build.h"
#include "report/sentences.h"
#include "report/view_for_test.h"

namespace heddle::report {
namespace {

const TextOptions kOptions = {.color = false,
                              .width = 100,
                              .directory = "/home/u",
                              .event_rows_max = 40,
                              .source_lines = true};

FindingView Finished(FindingView finding) {
  finding.summary = Summarize(finding);
  finding.id = FindingId(finding);
  finding.card = ".heddle/x.card";
  return finding;
}

EventView EventForTest(uint64_t index, uint32_t thread, const std::string& words, uint32_t line) {
  EventView event;
  event.index = index;
  event.thread = thread;
  event.words = words;
  event.file = "/home/u/bank/account.cc";
  event.line = line;
  return event;
}

// What follows the line `heading`, up to the next empty line.
std::string Section(const std::string& text, const std::string& heading) {
  const size_t at = text.find(heading + "\n");
  if (at == std::string::npos) return "no section '" + heading + "' in\n" + text;
  const size_t begin = at + heading.size() + 1;
  return text.substr(begin, text.find("\n\n", begin) + 1 - begin);
}

TEST(TextTest, ARaceShowsBothSidesTheLocksTheLocationAndTheThreads) {
  EXPECT_EQ(FindingText(Finished(RaceForTest()), kOptions), R"(replay: heddle replay .heddle/x.card

data race on global 'bank::balance' (4 bytes): read in audit() account.cc:31 by T2, write in deposit() account.cc:17 by T1
  data-race: two unordered accesses, at least one of them a plain write or read against a write

  read of 4 bytes by T2, holding no lock
      #0 bank::audit()                           bank/account.cc:31
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  earlier write of 4 bytes by T1 (teller), holding mutex M1 (bank::lock)
      #0 bank::deposit(int)                      bank/account.cc:17
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  mutex M1 (bank::lock) was taken by T1 (teller)
      #0 bank::deposit(int)                      bank/account.cc:16
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  location: global variable 'bank::balance' of 4 bytes, bank/account.cc:5

  T1 (teller) was created by T0 (main)
      #0 main  bank/main.cc:39

  T2 was created by T0 (main)
      #0 main  bank/main.cc:40

replay: heddle replay .heddle/x.card
)");
}

TEST(TextTest, ADeadlockShowsTheCycleAndEveryThread) {
  EXPECT_EQ(FindingText(Finished(DeadlockForTest()), kOptions),
            R"(replay: heddle replay .heddle/x.card

deadlock: T1 holds mutex M1 and waits for M2, T2 holds M2 and waits for M1
  deadlock: threads wait for each other and none can go on

  the cycle
    T1 holds M1 and waits for mutex M2, held by T2
    T2 holds M2 and waits for mutex M1, held by T1

  T0 (main) waits for the end of T1
      #0 main  bank/main.cc:60

  T1 waits for mutex M2, held by T2; it is holding mutex M1
      #0 bank::transfer(int)                     bank/account.cc:50
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  mutex M1 was taken by T1
      #0 bank::transfer(int)                     bank/account.cc:40
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  T2 waits for mutex M1, held by T1; it is holding mutex M2
      #0 bank::refund(int)                       bank/account.cc:51
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  mutex M2 was taken by T2
      #0 bank::refund(int)                       bank/account.cc:41
      #1 main::{lambda()#1}::operator()() const  bank/main.cc:40

  T1 was created by T0 (main)
      #0 main  bank/main.cc:39

  T2 was created by T0 (main)
      #0 main  bank/main.cc:40

replay: heddle replay .heddle/x.card
)");
}

TEST(TextTest, WhatIsNotKnownIsSaid) {
  FindingView finding;
  finding.verdict = trace::Verdict::kDataRace;
  finding.accesses.resize(1);
  finding.accesses[0].words = "write";
  finding.accesses[0].op = trace::OpKind::kPlainWrite;
  finding.summary = Summarize(finding);
  const std::string text = FindingText(finding, kOptions);
  EXPECT_EQ(text.rfind("replay: not possible, no card was written\n", 0), 0u);
  EXPECT_NE(
      text.find("write in an unknown place by an unknown thread, the earlier access is not known"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("(no stack was recorded)"), std::string::npos) << text;
}

TEST(TextTest, EventsHaveAColumnPerThreadWhereTheyFit) {
  FindingView finding = RaceForTest();
  finding.events = {EventForTest(7, 1, "locks mutex M1 (bank::lock)", 16),
                    EventForTest(8, 2, "writes bank::balance", 31),
                    EventForTest(8, 2, "stores atomic A1", 32)};
  finding.events[0].blocked = true;
  finding.events[1].is_access_of_finding = true;
  finding.events[2].has_value = true;
  finding.events[2].value = 5;
  finding.events_left_out = 7000;
  TextOptions options = kOptions;
  options.width = 72;
  EXPECT_EQ(Section(FindingText(finding, options), "  last events"),
            "       (7,000 earlier events are not shown)\n"
            "       T1 (teller)               T2\n"
            "    7  locks mutex M1                                      account.cc:16\n"
            "       (bank::lock) (after\n"
            "       waiting)\n"
            "                                 * writes bank::balance    account.cc:31\n"
            "    8                            stores atomic A1 = 5      account.cc:32\n");
}

TEST(TextTest, EventsAreAListWhereColumnsDoNotFit) {
  FindingView finding = RaceForTest();
  finding.events = {EventForTest(7, 1, "locks mutex M1 (bank::lock)", 16),
                    EventForTest(8, 2, "yields", 31)};
  TextOptions options = kOptions;
  options.width = 40;
  EXPECT_EQ(Section(FindingText(finding, options), "  last events"),
            "    7  T1    locks mutex M1 (bank::lock)  account.cc:16\n"
            "    8  T2    yields                       account.cc:31\n");
}

TEST(TextTest, ATableOfManyEventsEndsWithTheLast) {
  FindingView finding;
  for (uint64_t i = 0; i < 100; ++i) finding.events.push_back(EventForTest(i, 0, "yields", 1));
  const std::string text = FindingText(finding, kOptions);
  EXPECT_EQ(text.find("    59  yields"), std::string::npos);
  EXPECT_NE(text.find("(60 earlier events are not shown)"), std::string::npos) << text;
  EXPECT_NE(text.find("    99  yields"), std::string::npos);
}

TEST(TextTest, OutputOfTheProgramCannotCommandTheTerminal) {
  FindingView finding;
  finding.output_tail = "red \033[31m\nreplay: me\n";
  EXPECT_EQ(Section(FindingText(finding, kOptions), "  end of the program's output"),
            "    | red ?[31m\n    | replay: me\n");
}

TEST(TextTest, QuotesTheSourceUnderTheFirstFrameOfTheProgram) {
  const std::string file =
      testing::TempDir() + "heddle_text_test_" + std::to_string(getpid()) + ".cc";
  std::ofstream(file) << "int a;\n\tbalance += amount;\n";
  FindingView finding;
  finding.accesses.resize(1);
  finding.accesses[0].stack = {
      {FrameForTest("deposit(int)", file, 2), FrameForTest("main", file, 1)}};
  TextOptions options = kOptions;
  const std::string quote = "           2 | balance += amount;\n";
  EXPECT_NE(FindingText(finding, options).find(":2\n" + quote), std::string::npos)
      << FindingText(finding, options);
  options.source_lines = false;
  EXPECT_EQ(FindingText(finding, options).find(quote), std::string::npos);
  std::remove(file.c_str());
}

TEST(TextTest, ColourIsOnlyThereWhenAskedFor) {
  TextOptions options = kOptions;
  EXPECT_EQ(FindingText(Finished(RaceForTest()), options).find('\033'), std::string::npos);
  options.color = true;
  EXPECT_NE(FindingText(Finished(RaceForTest()), options).find("\033[1m"), std::string::npos);
}

TEST(RunTextTest, SaysWhatWasDoneFoundAndNotCovered) {
  RunView run;
  run.program = {"./bank", "100"};
  run.strategy = "portfolio";
  run.seed = 3;
  run.executions = 12345;
  run.seconds = 2.5;
  run.executions_per_second = 4938;
  run.decisions = 99999;
  run.findings = {Finished(DeadlockForTest())};
  run.findings[0].count = 3;
  run.findings[0].first_execution = 17;
  run.instrumented = false;
  run.uncontrolled = {{"ioctl", "runs at once", 3}, {"flock", "blocks the loom", 1}};
  run.notes = {"the sample of repeated schedules was the same"};
  EXPECT_EQ(RunSummaryText(run, kOptions), R"(summary
  program       ./bank 100
  strategy      portfolio, seed 3
  executions    12,345 in 2.50 s (4,938 per second), 99,999 decisions
  found         1 finding
    deadlock-d623bfac  in 3 executions, first in number 17
                       deadlock: T1 holds mutex M1 and waits for M2, T2 holds M2 and waits for M1
  not covered   no race detection: the program is not instrumented
  not controlled
    ioctl  runs at once (3 times)
    flock  blocks the loom (1 time)
  note          the sample of repeated schedules was the same
)");
}

TEST(RunTextTest, SaysHowFarASystematicSearchCame) {
  RunView run;
  run.strategy = "dfs:2";
  run.exhausted = true;
  run.search = "complete: 7 executions (every schedule with at most 2 preemptions)";
  const std::string text = RunText(run, kOptions);
  EXPECT_NE(text.find("\n  search        complete: 7 executions (every schedule with at most 2 "
                      "preemptions)\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("every schedule was tried"), std::string::npos);
}

TEST(RunTextTest, SaysThatNothingWasFoundAndThatThereWasNothingElseToTry) {
  RunView run;
  run.program = {"./bank"};
  run.strategy = "random:1000";
  run.executions = 1;
  run.decisions = 1;
  run.exhausted = true;
  EXPECT_EQ(RunText(run, kOptions), R"(summary
  program       ./bank
  strategy      random:1000, seed 0
  executions    1 in 0.00 s (0 per second), 1 decision
  complete      every schedule was tried
  found         nothing
)");
}

}  // namespace
}  // namespace heddle::report
