// Spans and predecessors, on timelines written as lists of steps.
#include "report/timeline.h"

#include <gtest/gtest.h>

namespace heddle::report {
namespace {

using trace::OpKind;

class Steps {
 public:
  Steps& Do(uint32_t thread, OpKind op, uint32_t object = 0, uint64_t value = 0) {
    TimelineEvent event;
    event.index = timeline_.events.size();
    event.thread = thread;
    event.op = op;
    event.object = object;
    event.value = value;
    timeline_.events.push_back(event);
    return *this;
  }
  Steps& Waiting() {
    timeline_.events.back().blocked = true;
    return *this;
  }
  Steps& Failing(uint32_t result) {
    timeline_.events.back().result = result;
    return *this;
  }
  [[nodiscard]] const Timeline& timeline() const { return timeline_; }

 private:
  Timeline timeline_;
};

TEST(TimelineTest, ALockIsHeldFromLockToUnlock) {
  Steps steps;
  steps.Do(1, OpKind::kMutexLock, 5).Do(1, OpKind::kAtomicLoad, 6).Do(1, OpKind::kMutexUnlock, 5);
  const std::vector<Span> spans = SpansOf(steps.timeline());
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].kind, Span::Kind::kHeld);
  EXPECT_EQ(spans[0].object, 5u);
  EXPECT_EQ(spans[0].begin, 0u);
  EXPECT_EQ(spans[0].end, 2u);
  EXPECT_FALSE(spans[0].open);
}

TEST(TimelineTest, ARecursiveLockIsHeldUntilItsLastUnlock) {
  Steps steps;
  steps.Do(1, OpKind::kMutexLock, 5).Do(1, OpKind::kMutexLock, 5).Do(1, OpKind::kMutexUnlock, 5);
  EXPECT_TRUE(SpansOf(steps.timeline()).at(0).open);
  steps.Do(1, OpKind::kMutexUnlock, 5);
  const std::vector<Span> spans = SpansOf(steps.timeline());
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].end, 3u);
  EXPECT_FALSE(spans[0].open);
}

TEST(TimelineTest, ATryLockThatFailsHoldsNothing) {
  Steps steps;
  steps.Do(1, OpKind::kMutexTryLock, 5).Failing(16);
  EXPECT_TRUE(SpansOf(steps.timeline()).empty());
}

TEST(TimelineTest, AWaitBeginsAfterTheThreadsLastEvent) {
  Steps steps;
  steps.Do(1, OpKind::kThreadStart).Do(2, OpKind::kMutexUnlock, 5);
  steps.Do(1, OpKind::kMutexLock, 5).Waiting();
  const std::vector<Span> spans = SpansOf(steps.timeline());
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].kind, Span::Kind::kWaits);
  EXPECT_EQ(spans[0].begin, 0u);
  EXPECT_EQ(spans[0].end, 2u);
}

TEST(TimelineTest, ALockFollowsTheUnlockOfAnotherThread) {
  Steps steps;
  steps.Do(1, OpKind::kMutexLock, 5).Do(1, OpKind::kMutexUnlock, 5).Do(2, OpKind::kMutexLock, 5);
  EXPECT_EQ(PredecessorsOf(steps.timeline()), (std::vector<uint32_t>{kNoEvent, kNoEvent, 1}));
}

TEST(TimelineTest, AThreadDoesNotFollowItself) {
  Steps steps;
  steps.Do(2, OpKind::kMutexUnlock, 5).Do(1, OpKind::kMutexUnlock, 5).Do(1, OpKind::kMutexLock, 5);
  EXPECT_EQ(PredecessorsOf(steps.timeline()).back(), 0u);
}

TEST(TimelineTest, AStartFollowsTheCreationAndAJoinTheEnd) {
  Steps steps;
  steps.Do(0, OpKind::kThreadCreate, 0, 1).Do(1, OpKind::kThreadStart).Do(1, OpKind::kThreadExit);
  steps.Do(0, OpKind::kThreadJoin, 0, 1);
  EXPECT_EQ(PredecessorsOf(steps.timeline()), (std::vector<uint32_t>{kNoEvent, 0, kNoEvent, 2}));
}

TEST(TimelineTest, ALoadFollowsTheLastWriteAndAReadModifyWriteBoth) {
  Steps steps;
  steps.Do(1, OpKind::kAtomicStore, 7).Do(2, OpKind::kAtomicRmw, 7).Do(1, OpKind::kAtomicLoad, 7);
  EXPECT_EQ(PredecessorsOf(steps.timeline()), (std::vector<uint32_t>{kNoEvent, 0, 1}));
}

}  // namespace
}  // namespace heddle::report
