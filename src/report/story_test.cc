// Which events of an execution are told, and what the table looks like.
#include "report/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <memory>
#include <string>

#include "report/text.h"

namespace heddle::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using trace::OpKind;

class StoryTest : public testing::Test {
 protected:
  // Pages that nobody touches cost nothing.
  StoryTest()
      : region_(
            static_cast<trace::Region*>(mmap(nullptr, sizeof(trace::Region), PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    region_->execution.thread_count = 3;
  }
  ~StoryTest() override { munmap(region_, sizeof(trace::Region)); }
  StoryTest(const StoryTest&) = delete;
  StoryTest& operator=(const StoryTest&) = delete;

  void Event(uint32_t thread, OpKind op, uint32_t object) {
    trace::Event& event = region_->events[region_->execution.event_count++];
    event.thread = thread;
    event.op = op;
    event.object = object;
    event.step = ++steps_[thread];
    event.snapshot = trace::kNoIndex;
    region_->execution.kept_event_count = static_cast<uint32_t>(region_->execution.event_count);
    region_->execution.step_count = region_->execution.event_count;
  }
  // The turn is taken from the thread before its next step.
  void Preempt(uint32_t thread) {
    region_->notes[region_->execution.decision_count++] = {thread, steps_[thread] + 1, 0, 0,
                                                           trace::kPreemptive};
  }
  [[nodiscard]] std::vector<uint64_t> Told(size_t count_max) const {
    trace::Finding finding{};
    finding.thread = 2;
    return EventsThatMatter(*region_, finding, region_->execution.event_count, count_max);
  }

  trace::Region* region_;
  uint32_t steps_[4] = {};
};

TEST_F(StoryTest, TellsSharedObjectsAndPreemptionsAndLeavesTheRestOut) {
  Event(0, OpKind::kThreadCreate, 0);
  Event(1, OpKind::kMutexLock, 7);
  Event(1, OpKind::kMutexUnlock, 7);
  Event(1, OpKind::kAtomicLoad, 5);
  Preempt(1);
  Event(2, OpKind::kAtomicStore, 5);
  Event(2, OpKind::kMutexLock, 8);
  Event(2, OpKind::kMutexUnlock, 8);
  EXPECT_THAT(Told(100), ElementsAre(0, 3, 4, 6)) << "6 is where the thread of the finding stands";
}

TEST_F(StoryTest, PrefersWhatRanksHigherWhenThereIsTooMuch) {
  for (int i = 0; i < 50; ++i) Event(static_cast<uint32_t>(i % 2), OpKind::kAtomicRmw, 3);
  Event(0, OpKind::kAtomicLoad, 5);
  Preempt(0);
  Event(1, OpKind::kAtomicLoad, 5);
  for (int i = 0; i < 50; ++i) Event(static_cast<uint32_t>(i % 2), OpKind::kAtomicRmw, 3);
  EXPECT_THAT(Told(2), ElementsAre(50, 51));
}

[[nodiscard]] StoryRow Row(StoryKind kind, uint32_t thread, const char* words) {
  StoryRow row;
  row.kind = kind;
  row.event.thread = thread;
  row.event.words = words;
  return row;
}

[[nodiscard]] FindingView Told() {
  FindingView finding;
  finding.verdict = trace::Verdict::kAssertion;
  finding.card = ".heddle/x.card";
  finding.story.push_back(Row(StoryKind::kEvent, 0, "creates T1"));
  StoryRow preempted = Row(StoryKind::kSwitch, 0, "locks mutex M1");
  preempted.preemptive = true;
  preempted.next = 1;
  finding.story.push_back(preempted);
  finding.story.push_back(Row(StoryKind::kEvent, 1, "stores atomic A1 (ready)"));
  StoryRow fold = Row(StoryKind::kFold, 0, "");
  fold.folded = 1234;
  finding.story.push_back(fold);
  finding.story.push_back(Row(StoryKind::kFinding, 1, "assertion"));
  return finding;
}

TEST(StoryTextTest, HasAColumnPerThreadInOrderOfAppearance) {
  const std::string text = FindingText(Told(), {});
  EXPECT_THAT(text, HasSubstr("\n       T0 (main)"));
  EXPECT_THAT(text, HasSubstr("== switch, although it could go on; next it locks mutex M1 -> T1"));
  EXPECT_THAT(text, HasSubstr("... 1,234 events ..."));
  EXPECT_LT(text.find("creates T1"), text.find("stores atomic"));
  EXPECT_THAT(text, Not(HasSubstr("last events")));
  TextOptions unicode;
  unicode.ascii = false;
  EXPECT_THAT(FindingText(Told(), unicode), HasSubstr("→ T1"));
}

TEST(StoryTextTest, FitsTheTerminalAndTheLimitOfLines) {
  FindingView finding = Told();
  for (uint32_t i = 0; i < 300; ++i) {
    finding.story.push_back(
        Row(StoryKind::kEvent, i % 9, "updates atomic A1 (a::rather::long_name)"));
  }
  TextOptions options;
  options.width = 70;
  options.story_lines_max = 50;
  const std::string text = FindingText(finding, options);
  EXPECT_THAT(text, HasSubstr("lines left out"));
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_LT(lines, 50 + 15);
  const size_t story = text.find("the story");
  for (size_t at = text.find('\n', story) + 1; at < text.size();) {
    const size_t end = text.find('\n', at);
    EXPECT_LE(end - at, 75u) << text.substr(at, end - at);
    at = end + 1;
  }
}

TEST(StoryTextTest, BreaksWordsThatAreWiderThanTheirColumn) {
  FindingView finding = Told();
  const std::string long_word(200, 'Q');
  finding.story.push_back(
      Row(StoryKind::kEvent, 1, ("loads atomic " + long_word + " = 1").c_str()));
  const std::string text = FindingText(finding, {});
  EXPECT_EQ(std::count(text.begin(), text.end(), 'Q'), 200) << text;
}

}  // namespace
}  // namespace heddle::report
