#include "strategy/random_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "strategy/simulator.h"

namespace heddle::strategy {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;
using trace::OpKind;

constexpr PendingOp kStores[8] = {
    {OpKind::kAtomicStore, ObjectId{1}}, {OpKind::kAtomicStore, ObjectId{1}},
    {OpKind::kAtomicStore, ObjectId{1}}, {OpKind::kAtomicStore, ObjectId{1}},
    {OpKind::kAtomicStore, ObjectId{1}}, {OpKind::kAtomicStore, ObjectId{1}},
    {OpKind::kAtomicStore, ObjectId{1}}, {OpKind::kAtomicStore, ObjectId{1}}};

// `threads` threads of `steps` operations each.
Simulator Program(uint32_t threads, uint32_t steps) {
  Simulator simulator;
  for (uint32_t i = 0; i < threads; ++i) simulator.AddThread(kStores, steps);
  return simulator;
}

// How often each schedule came up in executions with the seeds 0, 1, ...
std::map<std::string, uint64_t> Draw(Simulator simulator, uint32_t rate, uint64_t executions) {
  RandomWalk walk;
  walk.set_switch_per_mille(rate);
  std::map<std::string, uint64_t> counts;
  for (uint64_t seed = 0; seed < executions; ++seed)
    ++counts[simulator.Run(&walk, seed, 1).threads];
  return counts;
}

MATCHER_P2(Within5SigmaOf, probability, draws, "") {
  const double expected = probability * static_cast<double>(draws);
  return std::abs(static_cast<double>(arg) - expected) <=
         5 * std::sqrt(expected * (1 - probability));
}

TEST(RandomWalkTest, GivesTheSameSchedulesForEver) {
  Simulator simulator = Program(3, 4);
  RandomWalk walk;
  EXPECT_STREQ(simulator.Run(&walk, 1, 1).threads, "221100100122");
  EXPECT_STREQ(simulator.Run(&walk, 2, 1).threads, "222100201011");
  walk.set_switch_per_mille(200);
  EXPECT_STREQ(simulator.Run(&walk, 1, 1).threads, "000011112222");
  EXPECT_STREQ(simulator.Run(&walk, 2, 1).threads, "000011122221");
}

// The rarest of the 6 schedules, for example 0101, has probability 1/8: 6 * (7/8)^120 = 7e-7 to miss one.
TEST(RandomWalkTest, ReachesExactlyTheSixSchedulesOfTwoThreadsWithTwoOperations) {
  EXPECT_EQ(Draw(Program(2, 2), 1000, 120).size(), 6u);
  EXPECT_EQ(Draw(Program(2, 2), 1000, 5000).size(), 6u);
}

// 6 * (5/6)^86 = 9e-7 to miss one.
TEST(RandomWalkTest, ReachesExactlyTheSixOrdersOfThreeThreads) {
  EXPECT_EQ(Draw(Program(3, 1), 1000, 86).size(), 6u);
  EXPECT_EQ(Draw(Program(3, 1), 1000, 5000).size(), 6u);
}

// With rate 500 a thread goes on in 3 of 4 cases; the rarest, 1010, has probability 1/64: 6 * (63/64)^1000 = 9e-7.
TEST(RandomWalkTest, ReachesTheSameSchedulesWithALowerRate) {
  EXPECT_EQ(Draw(Program(2, 2), 500, 1000).size(), 6u);
}

TEST(RandomWalkTest, CountsOfLargerProgramsAreExactToo) {
  EXPECT_EQ(Draw(Program(2, 3), 1000, 3000).size(), 20u);  // 6! / (3! 3!)
  EXPECT_EQ(Draw(Program(3, 2), 1000, 6000).size(), 90u);  // 6! / (2! 2! 2!)
  EXPECT_EQ(Draw(Program(4, 1), 1000, 3000).size(), 24u);
}

TEST(RandomWalkTest, ChoosesEachEnabledThreadAsOftenAsTheOthers) {
  constexpr uint64_t kDraws = 20'000;
  const double eighth = 1.0 / 8;
  const double quarter = 1.0 / 4;
  EXPECT_THAT(Draw(Program(2, 2), 1000, kDraws),
              UnorderedElementsAre(Pair("0011", Within5SigmaOf(quarter, kDraws)),
                                   Pair("1100", Within5SigmaOf(quarter, kDraws)),
                                   Pair("0101", Within5SigmaOf(eighth, kDraws)),
                                   Pair("0110", Within5SigmaOf(eighth, kDraws)),
                                   Pair("1001", Within5SigmaOf(eighth, kDraws)),
                                   Pair("1010", Within5SigmaOf(eighth, kDraws))));
}

// A switch draws among all enabled threads, so of two, one is left with half the rate.
TEST(RandomWalkTest, SwitchesAtItsRate) {
  constexpr uint64_t kExecutions = 5000;
  for (uint32_t rate : {1u, 50u, 200u, 999u}) {
    RandomWalk walk;
    walk.set_switch_per_mille(rate);
    Simulator simulator = Program(2, 8);
    uint64_t first_stays = 0;  // thread 0 is current and runs at the first decision
    for (uint64_t seed = 0; seed < kExecutions; ++seed)
      first_stays += simulator.Run(&walk, seed, 1).threads[0] == '0';
    EXPECT_THAT(first_stays, Within5SigmaOf(1 - rate / 2000.0, kExecutions)) << rate;
  }
}

TEST(RandomWalkTest, ChoosesAmongTheOthersWhenTheCurrentThreadIsDisabled) {
  RandomWalk walk;
  walk.set_switch_per_mille(1);
  walk.StartExecution({7, 1});
  ThreadSet enabled;
  enabled.Insert(ThreadId{2});
  enabled.Insert(ThreadId{5});
  uint64_t second = 0;
  for (int i = 0; i < 10'000; ++i) {
    const ThreadId next = walk.PickNext({&enabled, ThreadId{1}, false, nullptr, true});
    ASSERT_TRUE(enabled.Contains(next));
    second += next == ThreadId{5};
  }
  EXPECT_THAT(second, Within5SigmaOf(0.5, 10'000));
}

}  // namespace
}  // namespace heddle::strategy
