#include "model/barrier.h"

#include <gtest/gtest.h>

#include <array>

namespace heddle::model {
namespace {

Barrier Make(uint32_t needed) {
  Barrier barrier;
  barrier.Reset(needed);
  return barrier;
}

TEST(BarrierTest, NobodyLeavesBeforeTheLastArrives) {
  Barrier barrier = Make(3);
  EXPECT_EQ(barrier.needed(), 3u);
  const Barrier::Arrival first = barrier.Arrive();
  const Barrier::Arrival second = barrier.Arrive();
  EXPECT_FALSE(first.last);
  EXPECT_FALSE(second.last);
  EXPECT_EQ(barrier.arrived(), 2u);
  EXPECT_FALSE(barrier.CanLeave(first.round));
  const Barrier::Arrival third = barrier.Arrive();
  EXPECT_TRUE(third.last);
  EXPECT_EQ(barrier.arrived(), 0u);
  for (const Barrier::Arrival& arrival : {first, second, third})
    EXPECT_TRUE(barrier.CanLeave(arrival.round));
}

TEST(BarrierTest, ABarrierOfOneStopsNobody) {
  Barrier barrier = Make(1);
  for (int i = 0; i < 5; ++i) {
    const Barrier::Arrival arrival = barrier.Arrive();
    EXPECT_TRUE(arrival.last);
    EXPECT_TRUE(barrier.CanLeave(arrival.round));
  }
}

// A thread that leaves slowly is overtaken by one that comes back: it must still be let out, the other one not.
TEST(BarrierTest, ASlowThreadLeavesItsRoundWhileTheNextFills) {
  Barrier barrier = Make(2);
  const Barrier::Arrival slow = barrier.Arrive();
  EXPECT_TRUE(barrier.Arrive().last);
  const Barrier::Arrival early = barrier.Arrive();
  EXPECT_NE(early.round, slow.round);
  EXPECT_FALSE(barrier.CanLeave(early.round));
  EXPECT_TRUE(barrier.CanLeave(slow.round));
}

TEST(BarrierTest, ResetBeginsAnew) {
  Barrier barrier = Make(2);
  barrier.Arrive();
  barrier.Reset(3);
  EXPECT_EQ(barrier.arrived(), 0u);
  EXPECT_FALSE(barrier.Arrive().last);
  EXPECT_FALSE(barrier.Arrive().last);
  EXPECT_TRUE(barrier.Arrive().last);
}

// Three threads that pass a barrier twice, in every order of their steps.
struct Passing {
  static constexpr uint32_t kThreads = 3;
  static constexpr uint32_t kRounds = 2;

  Barrier barrier = Make(kThreads);
  std::array<Barrier::Arrival, kThreads> arrivals = {};
  std::array<uint32_t, kThreads> arrived = {};  // how often each thread did
  std::array<uint32_t, kThreads> left = {};
  std::array<uint32_t, kRounds> serial = {};  // how many were told that they were the last

  // False when the thread has to wait or is done.
  bool Step(uint32_t thread) {
    if (arrived[thread] > left[thread]) {
      if (!barrier.CanLeave(arrivals[thread].round)) return false;
      for (uint32_t other : arrived)
        EXPECT_GT(other, left[thread]) << "left before all had arrived";
      ++left[thread];
      return true;
    }
    if (arrived[thread] == kRounds) return false;
    arrivals[thread] = barrier.Arrive();
    serial[arrived[thread]++] += arrivals[thread].last;
    return true;
  }
};

int CountSchedules(const Passing& before) {
  int schedules = 0;
  bool stuck = true;
  for (uint32_t thread = 0; thread < Passing::kThreads; ++thread) {
    Passing after = before;
    if (!after.Step(thread)) continue;
    stuck = false;
    schedules += CountSchedules(after);
  }
  if (!stuck) return schedules;
  for (uint32_t left : before.left) EXPECT_EQ(left, Passing::kRounds) << "deadlock";
  for (uint32_t serial : before.serial) EXPECT_EQ(serial, 1u) << "one serial thread per round";
  return 1;
}

// 3! orders to arrive, then each thread leaves and arrives again: 6! / (2! 2! 2!) = 90, then 3! orders to leave.
TEST(BarrierTest, ThreeThreadsPassTwiceInExactly3240Ways) {
  EXPECT_EQ(CountSchedules({}), 6 * 90 * 6);
}

}  // namespace
}  // namespace heddle::model
