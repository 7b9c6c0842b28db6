// The text of the page: what a reader finds without a script. The drawing is tested in a browser (tests/e2e/check_page.py).
#include "report/html.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "report/build.h"
#include "report/html_data.h"
#include "report/json.h"
#include "report/json_read.h"
#include "report/sentences.h"
#include "report/source_text.h"
#include "report/view_for_test.h"

namespace heddle::report {
namespace {

FindingView Finished(FindingView finding) {
  finding.summary = Summarize(finding);
  finding.id = FindingId(finding);
  finding.card = ".heddle/x.card";
  return finding;
}

std::string PageOf(FindingView finding) {
  RunView run;
  run.program = {"./bank", "<two>"};
  run.executions = 3;
  run.findings = {std::move(finding)};
  run.suppressed = {{"race:legacy", 2, 7, {}}};
  return HtmlPage(ReportOf(std::move(run), CaseStatus::kFinding),
                  {.directory = "/home/u", .heddle_version = "1.2.3"});
}

bool Has(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

TEST(HtmlTest, ARaceShowsBothSidesNextToEachOther) {
  const std::string page = PageOf(Finished(RaceForTest()));
  EXPECT_TRUE(Has(page, "<div class=\"sides\">"));
  EXPECT_TRUE(Has(page, "<h4>read of 4 bytes by T2</h4><p class=\"faint\">holding no lock</p>"));
  EXPECT_TRUE(Has(page,
                  "<h4>earlier write of 4 bytes by T1 (teller)</h4>"
                  "<p class=\"faint\">holding mutex M1 (bank::lock)</p>"));
  EXPECT_TRUE(Has(page, "#0 bank::audit()  <span class=\"faint\">bank/account.cc:31</span>"));
  EXPECT_TRUE(Has(page, "heddle replay .heddle/x.card"));
  EXPECT_TRUE(Has(page, "2 findings by race:legacy"));
  EXPECT_TRUE(Has(page, "The events of this execution are not known."));
}

TEST(HtmlTest, TheStoryIsATable) {
  FindingView finding = Finished(RaceForTest());
  const auto row = [](StoryKind kind, uint32_t thread, const std::string& words) {
    StoryRow made{.kind = kind, .event = {}, .next = 2, .preemptive = true, .folded = 7};
    made.event.thread = thread;
    made.event.words = words;
    return made;
  };
  finding.story = {row(StoryKind::kEvent, 1, "locks mutex M1"), row(StoryKind::kFold, 0, ""),
                   row(StoryKind::kSwitch, 1, "writes <x>"),
                   row(StoryKind::kFinding, 2, "data-race")};
  const std::string page = PageOf(finding);
  EXPECT_TRUE(Has(page, "<td>locks mutex M1</td>"));
  EXPECT_TRUE(Has(page, "… 7 events …"));
  EXPECT_TRUE(Has(page, "switch, although it could go on; next it writes &lt;x&gt; → T2"));
  EXPECT_TRUE(Has(page, "*** data-race"));
  // What was written as JSON and read again tells the same.
  const FindingView read = ReadFinding(FindingJson(finding));
  ASSERT_EQ(read.story.size(), 4u);
  EXPECT_EQ(read.story[2].kind, StoryKind::kSwitch);
  EXPECT_TRUE(read.story[2].preemptive);
  EXPECT_EQ(read.story[1].folded, 7u);
}

TEST(HtmlTest, NamesAreTextAndNeverMarkup) {
  FindingView finding = Finished(RaceForTest());
  finding.message = "<script>alert(1)</script>";
  const std::string page = PageOf(finding);
  EXPECT_TRUE(Has(page, "./bank &lt;two&gt;"));
  EXPECT_FALSE(Has(page, "<script>alert"));
}

TEST(HtmlTest, NothingComesFromElsewhere) {
  const std::string page = PageOf(Finished(DeadlockForTest()));
  EXPECT_FALSE(Has(page, "src=\""));
  EXPECT_FALSE(Has(page, "http://"));
  EXPECT_FALSE(Has(page, "https://"));
}

TEST(HtmlTest, DataDoesNotEndItsElement) {
  FindingView finding = Finished(RaceForTest());
  auto timeline = std::make_shared<Timeline>();
  timeline->words = {"</script>"};
  timeline->places = {{"", "", 0}};
  timeline->events = {TimelineEvent{}};
  finding.timeline = timeline;
  SourceText sources;
  const std::string data = TimelineData(finding, "", sources);
  EXPECT_FALSE(Has(data, "<"));
  EXPECT_TRUE(Has(data, "\\u003c/script>"));
}

TEST(SourceTextTest, LinesThatExistAreUtf8) {
  std::string path = testing::TempDir() + "/heddle-source-" + std::to_string(getpid());
  std::ofstream(path) << "one\n  tw\xfc \r\nthree\n";
  SourceText sources;
  EXPECT_EQ(sources.Lines(path, 0, 9).size(), 3u);
  EXPECT_EQ(sources.Trimmed(path, 2), "tw?");
  EXPECT_EQ(sources.Trimmed(path, 4), "");
  EXPECT_EQ(sources.Trimmed(path + "-not-there", 1), "");
  unlink(path.c_str());
}

}  // namespace
}  // namespace heddle::report
