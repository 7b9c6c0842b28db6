#include "explain/swap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace heddle::explain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using trace::Event;
using trace::OpKind;

// Builds events whose steps count up.
class Script {
 public:
  Script& Do(uint32_t thread, OpKind op, uint32_t object) {
    Event event{};
    event.thread = thread;
    event.op = op;
    event.object = object;
    event.step = ++steps_[thread];
    events_.push_back(event);
    return *this;
  }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  std::map<uint32_t, uint32_t> steps_;
  std::vector<Event> events_;
};

[[nodiscard]] Script LostUpdate() {
  return Script()
      .Do(1, OpKind::kAtomicLoad, 5)
      .Do(2, OpKind::kAtomicLoad, 5)
      .Do(2, OpKind::kAtomicStore, 5)
      .Do(1, OpKind::kAtomicStore, 5);
}

TEST(SwapTest, PairsWhatConflictsClosestFirst) {
  EXPECT_THAT(ConflictingPairs(LostUpdate().events(), 10),
              ElementsAre(EventPair{2, 3}, EventPair{0, 2}));
  EXPECT_THAT(ConflictingPairs(LostUpdate().events(), 1), ElementsAre(EventPair{2, 3}));
}

TEST(SwapTest, OfLocksOnlyTheTakingCounts) {
  const Script script = Script()
                            .Do(1, OpKind::kMutexLock, 7)
                            .Do(1, OpKind::kMutexUnlock, 7)
                            .Do(2, OpKind::kMutexLock, 7)
                            .Do(2, OpKind::kMutexUnlock, 7);
  EXPECT_THAT(ConflictingPairs(script.events(), 10), ElementsAre(EventPair{0, 2}));
}

TEST(SwapTest, ReadsAndOneThreadDoNotConflict) {
  EXPECT_THAT(ConflictingPairs(
                  Script().Do(1, OpKind::kAtomicLoad, 5).Do(2, OpKind::kAtomicLoad, 5).events(), 9),
              IsEmpty());
  EXPECT_THAT(
      ConflictingPairs(
          Script().Do(1, OpKind::kAtomicStore, 5).Do(1, OpKind::kAtomicStore, 5).events(), 9),
      IsEmpty());
}

TEST(SwapTest, TheSecondThreadRunsOnBeforeTheFirstEvent) {
  const auto turn = [](uint32_t thread, uint32_t step, uint32_t next) {
    return trace::GuidePoint{thread, step, 0,
                             trace::MakeDecision(trace::DecisionKind::kThread, next), 0};
  };
  // T1 is preempted before its store; T2 would give the turn back in the middle.
  const Guide failing = {turn(1, 2, 2), turn(2, 2, 1), turn(3, 1, 2)};
  const Guide swapped = SwappedGuide(failing, LostUpdate().events(), {0, 2});
  const auto same = [](const trace::GuidePoint& a, const trace::GuidePoint& b) {
    return a.thread == b.thread && a.step == b.step && a.decision == b.decision;
  };
  const Guide expected = {turn(1, 2, 2), turn(3, 1, 2), turn(1, 1, 2), turn(2, 3, 1)};
  EXPECT_TRUE(std::equal(swapped.begin(), swapped.end(), expected.begin(), expected.end(), same));
}

TEST(SwapTest, WhatHappenedBeforeTheFirstEventStays) {
  // T1 waits at its store, step 2, while T2 runs; it goes on from there, and stops after its store.
  const Guide failing = {{1, 2, 0, trace::MakeDecision(trace::DecisionKind::kThread, 2), 0}};
  const Guide swapped = SwappedGuide(failing, LostUpdate().events(), {2, 3});
  ASSERT_EQ(swapped.size(), 3u);
  EXPECT_EQ(swapped[0].thread, 1u);
  EXPECT_EQ(swapped[0].step, 2u);
}

TEST(SwapTest, TellsWhetherTheOrderIsTheOtherOne) {
  const Script after = Script()
                           .Do(2, OpKind::kAtomicLoad, 9)
                           .Do(2, OpKind::kAtomicStore, 9)
                           .Do(1, OpKind::kAtomicLoad, 9);
  const Script failing = LostUpdate();
  EXPECT_TRUE(IsSwapped(failing.events(), {0, 2}, after.events()));
  EXPECT_FALSE(IsSwapped(failing.events(), {0, 2}, failing.events()));
}

}  // namespace
}  // namespace heddle::explain
