// PCT on simulated programs: what it promises, what it can never do, and planted bugs with the arithmetic of finding them.
#include "strategy/pct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "strategy/random_walk.h"
#include "strategy/simulator.h"

namespace heddle::strategy {
namespace {

using trace::OpKind;

constexpr PendingOp kStep{OpKind::kAtomicRmw, ObjectId{1}};
constexpr PendingOp kYield{OpKind::kYield, kNoObject};

class PctTest : public testing::Test {
 protected:
  // Lists must outlive the simulation: the fixture keeps them.
  void AddThread(std::vector<PendingOp> ops) {
    lists_.push_back(std::make_unique<std::vector<PendingOp>>(std::move(ops)));
    simulator_.AddThread(lists_.back()->data(), static_cast<uint32_t>(lists_.back()->size()));
    decisions_ += lists_.back()->size();
  }
  void AddSteps(size_t count) { AddThread(std::vector<PendingOp>(count, kStep)); }

  Simulator::Schedule Run(uint32_t depth, uint64_t seed) {
    pct_.set_depth(depth);
    return simulator_.Run(&pct_, seed, decisions_);
  }

  Pct pct_;
  Simulator simulator_;
  uint64_t decisions_ = 0;

 private:
  std::vector<std::unique_ptr<std::vector<PendingOp>>> lists_;
};

MATCHER_P2(Within5SigmaOf, probability, draws, "") {
  const double expected = probability * static_cast<double>(draws);
  return std::abs(static_cast<double>(arg) - expected) <=
         5 * std::sqrt(expected * (1 - probability));
}

TEST_F(PctTest, GivesTheSameSchedulesForEver) {
  for (int i = 0; i < 3; ++i) AddSteps(4);
  EXPECT_STREQ(Run(1, 1).threads, "000022221111");
  EXPECT_STREQ(Run(3, 1).threads, "000011112222");
  EXPECT_STREQ(Run(3, 2).threads, "000222211011");
  EXPECT_STREQ(Run(5, 2).threads, "111000022122");
}

// Depth 1 is an order of threads and nothing else: each runs to its end, and all 3! orders are equally likely.
TEST_F(PctTest, DepthOneRunsThreadsOneAfterTheOtherInEveryOrder) {
  for (int i = 0; i < 3; ++i) AddSteps(4);
  std::map<std::string, uint64_t> orders;
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    const Simulator::Schedule schedule = Run(1, seed);
    ASSERT_EQ(schedule.preemptions, 0u);
    ++orders[schedule.threads];
  }
  EXPECT_EQ(orders.size(), 6u);
  for (const auto& [order, count] : orders)
    EXPECT_THAT(count, Within5SigmaOf(1.0 / 6, 6000)) << order;
}

TEST_F(PctTest, PreemptsAtMostOncePerChangePoint) {
  for (int i = 0; i < 4; ++i) AddSteps(12);
  for (uint32_t depth : {1u, 2u, 3u, 5u, 64u}) {
    uint32_t most = 0;
    for (uint64_t seed = 0; seed < 300; ++seed) most = std::max(most, Run(depth, seed).preemptions);
    EXPECT_LE(most, depth - 1);
    EXPECT_GE(most, std::min(depth - 1, 4u)) << "and does so in some of 300 executions";
  }
}

// Who falls later falls deeper: with two change points, two threads take turns whichever of them began.
TEST_F(PctTest, TheSecondToFallRunsAfterTheFirst) {
  AddSteps(12);
  AddSteps(12);
  std::set<char> began;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Simulator::Schedule schedule = Run(3, seed);
    if (schedule.preemptions == 2) began.insert(schedule.threads[0]);
  }
  EXPECT_EQ(began, (std::set<char>{'0', '1'}));
}

// Priorities, falls and change points of one execution mean nothing to the next.
TEST_F(PctTest, AnExecutionDoesNotDependOnTheOnesBefore) {
  for (int i = 0; i < 3; ++i) AddSteps(6);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::string after_others = Run(4, seed).threads;
    const auto fresh = std::make_unique<Pct>();
    fresh->set_depth(4);
    EXPECT_EQ(simulator_.Run(fresh.get(), seed, decisions_).threads, after_others);
  }
}

TEST_F(PctTest, AThreadThatYieldsFallsBelowTheOthersWhenYieldsAreHeeded) {
  AddThread({kStep, kYield, kStep});
  AddThread({kStep, kYield, kStep});
  std::set<std::string> heeded;
  std::set<std::string> ignored;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    simulator_.set_heeds_yields(true);
    heeded.insert(Run(1, seed).threads);
    simulator_.set_heeds_yields(false);
    ignored.insert(Run(1, seed).threads);
  }
  // Before its yield each thread makes way for the other; after the second fall the first thread is the higher one.
  EXPECT_EQ(heeded, (std::set<std::string>{"010011", "101100"}));
  EXPECT_EQ(ignored, (std::set<std::string>{"000111", "111000"}));
}

// The bug: thread 1 begins between the 30th and the 31st of 60 operations of thread 0; 64 operations in all.
//
// PCT(2) finds it when thread 0 has the higher priority (1/2) and the change point is decision 31. The point is drawn from
// 1..L with L from 32..127, so that is E[1/L] = (H(127) - H(31)) / 96 = 0.01456 (1/k = 0.0156 without the stretching):
// p = 0.00728 per execution, and 0.99272^2000 = 4.5e-7 to miss it in 2000.
//
// Controls. PCT(1) never preempts. A uniform walk must choose thread 0 thirty times in a row: 2000 * 2^-31 = 1e-6.
TEST_F(PctTest, FindsAPlantedBugOfDepthTwoThatOthersDoNot) {
  AddSteps(60);
  AddSteps(4);
  constexpr uint64_t kExecutions = 2000;
  RandomWalk walk;
  uint64_t found = 0;
  uint64_t found_by_depth_one = 0;
  uint64_t found_by_walk = 0;
  const auto is_bug = [](const Simulator::Schedule& s) {
    return std::string(s.threads).find('1') == 30;
  };
  for (uint64_t seed = 0; seed < kExecutions; ++seed) {
    found += is_bug(Run(2, seed));
    found_by_depth_one += is_bug(Run(1, seed));
    found_by_walk += is_bug(simulator_.Run(&walk, seed, decisions_));
  }
  EXPECT_THAT(found, Within5SigmaOf(0.00728, kExecutions));
  EXPECT_GT(found, 0u);
  EXPECT_EQ(found_by_depth_one, 0u);
  EXPECT_EQ(found_by_walk, 0u);
}

// The paper's bound holds wherever the bug is, but for what the stretching of k costs: the point p is hit with probability
// 1/(1.5 k) * ln(2k / max(p, k/2)), between 0.92/k in the first half and 0.46/k at the very end.
TEST_F(PctTest, PreemptsEverywhereWithAboutTheSameProbability) {
  AddSteps(15);
  AddSteps(1);
  constexpr uint64_t kExecutions = 20'000;
  std::map<size_t, uint64_t> places;
  for (uint64_t seed = 0; seed < kExecutions; ++seed)
    ++places[std::string(Run(2, seed).threads).find('1')];
  for (size_t place = 1; place < 15; ++place) {
    EXPECT_GE(places[place],
              kExecutions * 0.46 / (2 * 16) - 5 * std::sqrt(kExecutions * 0.46 / (2 * 16)))
        << place;
  }
}

// Two threads take two locks in opposite orders: 8 operations. The change point must be decision 2, whoever runs first:
// E[1/L] over 4..15 = (H(15) - H(3)) / 12 = 0.1237, so 0.8763^110 = 5e-7 to miss it in 110 executions. PCT(1) never does.
TEST_F(PctTest, FindsADeadlockOfDepthTwo) {
  const PendingOp lock_a{OpKind::kMutexLock, ObjectId{1}},
      unlock_a{OpKind::kMutexUnlock, ObjectId{1}};
  const PendingOp lock_b{OpKind::kMutexLock, ObjectId{2}},
      unlock_b{OpKind::kMutexUnlock, ObjectId{2}};
  AddThread({lock_a, lock_b, unlock_b, unlock_a});
  AddThread({lock_b, lock_a, unlock_a, unlock_b});
  uint64_t found = 0;
  for (uint64_t seed = 0; seed < 110; ++seed) {
    found += Run(2, seed).deadlocked;
    EXPECT_FALSE(Run(1, seed).deadlocked);
  }
  EXPECT_GT(found, 0u);
  EXPECT_THAT(found, Within5SigmaOf(0.1237, 110));
}

TEST_F(PctTest, ExpectedLengthsOfAnySizeAreAccepted) {
  AddSteps(3);
  AddSteps(3);
  pct_.set_depth(Pct::kDepthMax);
  for (uint64_t expected : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{1} << 40}) {
    for (uint64_t seed = 0; seed < 20; ++seed)
      EXPECT_EQ(simulator_.Run(&pct_, seed, expected).steps, 6u);
  }
}

}  // namespace
}  // namespace heddle::strategy
