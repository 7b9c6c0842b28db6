#include "strategy/dfs.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "strategy/simulator.h"

namespace heddle::strategy {
namespace {

using trace::OpKind;
using trace::Search;
using trace::SearchState;

constexpr PendingOp kStep{OpKind::kAtomicRmw, ObjectId{1}};
constexpr PendingOp kSteps[16] = {kStep, kStep, kStep, kStep, kStep, kStep, kStep, kStep,
                                  kStep, kStep, kStep, kStep, kStep, kStep, kStep, kStep};

// All schedules of the program until the search is over, by iteration.
struct Explored {
  std::vector<std::vector<std::string>> iterations;
  SearchState state = SearchState::kUnused;
  uint32_t bound = 0;
  uint64_t executions = 0;
  [[nodiscard]] const std::vector<std::string>& last() const { return iterations.back(); }
};

Explored Explore(Simulator& simulator, uint32_t bound_max) {
  const auto search = std::make_unique<Search>();
  Dfs dfs;
  dfs.Attach(search.get());
  Explored explored;
  do {
    const Simulator::Schedule schedule = simulator.Run(&dfs, 0, 1);
    if (explored.iterations.size() <= search->bound) explored.iterations.emplace_back();
    explored.iterations.back().emplace_back(schedule.threads);
    FinishSearchExecution(search.get(), bound_max);
  } while (search->state == SearchState::kRunning);
  explored.state = search->state;
  explored.bound = search->bound;
  explored.executions = search->executions;
  return explored;
}

Explored ExploreCounts(const std::vector<uint32_t>& steps, uint32_t bound_max) {
  Simulator simulator;
  for (const uint32_t count : steps) simulator.AddThread(kSteps, count);
  return Explore(simulator, bound_max);
}

// The same by plain recursion: every word in which thread i occurs steps[i] times, with few enough switches away from a
// thread that has steps left. Thread 0 is the one that runs at the beginning.
void Enumerate(std::vector<uint32_t>& left, uint32_t current, uint32_t preemptions_left,
               std::string& word, std::set<std::string>& words) {
  bool over = true;
  for (uint32_t next = 0; next < left.size(); ++next) {
    if (left[next] == 0) continue;
    over = false;
    const bool preempts = next != current && left[current] > 0;
    if (preempts && preemptions_left == 0) continue;
    --left[next];
    word.push_back(static_cast<char>('0' + next));
    Enumerate(left, next, preemptions_left - preempts, word, words);
    word.pop_back();
    ++left[next];
  }
  if (over) words.insert(word);
}

std::set<std::string> Naive(std::vector<uint32_t> steps, uint32_t bound) {
  std::set<std::string> words;
  std::string word;
  Enumerate(steps, 0, bound, word, words);
  return words;
}

uint64_t Choose(uint64_t n, uint64_t k) {
  uint64_t result = 1;
  for (uint64_t i = 1; i <= k; ++i) result = result * (n - k + i) / i;
  return result;
}

TEST(DfsTest, TriesEveryInterleavingOnce) {
  for (uint32_t n = 0; n <= 5; ++n) {
    for (uint32_t m = 0; m <= 5; ++m) {
      if (n + m == 0) continue;
      const Explored explored = ExploreCounts({n, m}, trace::kNoIndex);
      EXPECT_EQ(explored.state, SearchState::kComplete);
      EXPECT_EQ(explored.executions, Choose(n + m, n)) << n << " and " << m;
      EXPECT_EQ(explored.last().size(), Choose(n + m, n));
      const std::set<std::string> distinct(explored.last().begin(), explored.last().end());
      EXPECT_EQ(distinct.size(), Choose(n + m, n));
    }
  }
}

TEST(DfsTest, ThreeThreadsHaveAMultinomialNumberOfInterleavings) {
  EXPECT_EQ(ExploreCounts({2, 2, 2}, trace::kNoIndex).executions, 90u);         // 6! / (2! 2! 2!)
  EXPECT_EQ(ExploreCounts({1, 2, 3}, trace::kNoIndex).executions, 60u);         // 6! / (1! 2! 3!)
  EXPECT_EQ(ExploreCounts({1, 1, 1, 1, 1}, trace::kNoIndex).executions, 120u);  // 5!
}

// Each iteration of each bound, not only the number of its schedules but which.
TEST(DfsTest, EachBoundGivesTheSchedulesOfANaiveEnumeration) {
  for (const std::vector<uint32_t>& steps :
       {std::vector<uint32_t>{3, 3}, {1, 4}, {2, 2, 2}, {3, 1, 2}, {1, 2, 1, 2}}) {
    const Explored explored = ExploreCounts(steps, 3);
    // Fewer where no schedule has so many preemptions.
    EXPECT_EQ(explored.last().size(), Naive(steps, 3).size());
    for (uint32_t bound = 0; bound < explored.iterations.size(); ++bound) {
      const std::vector<std::string>& got = explored.iterations[bound];
      const std::set<std::string> distinct(got.begin(), got.end());
      EXPECT_EQ(distinct.size(), got.size()) << "a schedule twice";
      EXPECT_EQ(distinct, Naive(steps, bound)) << testing::PrintToString(steps) << " " << bound;
    }
  }
}

TEST(DfsTest, WithoutPreemptionsThreadsAreOnlyOrdered) {
  // Thread 0 runs first because it is there; the others in any order.
  EXPECT_EQ(ExploreCounts({4, 4}, 0).executions, 1u);
  EXPECT_EQ(ExploreCounts({4, 4, 4}, 0).executions, 2u);
  EXPECT_EQ(ExploreCounts({4, 4, 4, 4}, 0).executions, 6u);
}

TEST(DfsTest, StopsDeepeningWhenABoundLeftNothingOut) {
  // Two threads of one step: one preemption is all that fits.
  const Explored explored = ExploreCounts({1, 1}, 50);
  EXPECT_EQ(explored.state, SearchState::kComplete);
  EXPECT_EQ(explored.bound, 1u);
  EXPECT_EQ(explored.executions, 2u);
}

TEST(DfsTest, AProgramWithoutChoicesHasOneSchedule) {
  const Explored explored = ExploreCounts({5}, trace::kNoIndex);
  EXPECT_EQ(explored.executions, 1u);
  EXPECT_EQ(explored.bound, 0u);
}

constexpr PendingOp kLock{OpKind::kMutexLock, ObjectId{1}};
constexpr PendingOp kUnlock{OpKind::kMutexUnlock, ObjectId{1}};

// Critical sections do not overlap: lock, step, unlock in each thread. While one is inside, the other can do nothing, so
// only the order of the two is left, and what lies outside of them.
TEST(DfsTest, ABlockedThreadIsNoOption) {
  const PendingOp section[] = {kLock, kStep, kUnlock};
  Simulator simulator;
  simulator.AddThread(section, 3);
  simulator.AddThread(section, 3);
  EXPECT_EQ(Explore(simulator, trace::kNoIndex).executions, 2u);
}

// Two locks in both orders: schedules that end in a deadlock count like others.
TEST(DfsTest, ADeadlockIsALeaf) {
  const PendingOp ab[] = {{OpKind::kMutexLock, ObjectId{1}}, {OpKind::kMutexLock, ObjectId{2}}};
  const PendingOp ba[] = {{OpKind::kMutexLock, ObjectId{2}}, {OpKind::kMutexLock, ObjectId{1}}};
  Simulator simulator;
  simulator.AddThread(ab, 2);
  simulator.AddThread(ba, 2);
  // Nobody unlocks: "00" and "11" leave the other one stuck, "01" and "10" both.
  const Explored explored = Explore(simulator, trace::kNoIndex);
  EXPECT_EQ(std::set<std::string>(explored.last().begin(), explored.last().end()),
            (std::set<std::string>{"00", "01", "10", "11"}));
}

TEST(DfsTest, AThreadThatGivesWayCostsNothing) {
  const PendingOp yields[] = {kStep, {OpKind::kYield, kNoObject}, kStep};
  Simulator simulator;
  simulator.AddThread(yields, 3);
  simulator.AddThread(kSteps, 1);
  const Explored explored = Explore(simulator, 0);
  EXPECT_EQ(explored.executions, 1u);
  EXPECT_EQ(explored.last().front(), "0100");
}

TEST(DfsTest, OptionsBesidesThreadsHaveTheirPrice) {
  const auto search = std::make_unique<Search>();
  Dfs dfs;
  dfs.Attach(search.get());
  std::map<std::string, int> seen;
  do {
    dfs.StartExecution({0, 1});
    std::string path;
    path += static_cast<char>('0' + dfs.Decide(3, 3, 1));  // free
    path += static_cast<char>('0' + dfs.Decide(2, 1, 2));  // the second costs one
    path += static_cast<char>('0' + dfs.Decide(2, 1, 3));
    ++seen[path];
    FinishSearchExecution(search.get(), 1);
  } while (search->state == SearchState::kRunning);
  // Bound 0: 3 paths; bound 1: these once more, and 3 * 2 with one costly step.
  EXPECT_EQ(search->executions, 9u);
  EXPECT_EQ(search->cut, 1u) << "the path with two costly steps was left out";
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_EQ(seen["000"], 2);
  EXPECT_EQ(seen.count("011"), 0u);
}

class DfsDeviationTest : public testing::Test {
 protected:
  DfsDeviationTest() { dfs_.Attach(search_.get()); }
  // One execution with two choices; true if the search goes on.
  bool Run(uint32_t options, uint32_t fingerprint) {
    dfs_.StartExecution({0, 1});
    (void)dfs_.Decide(options, options, fingerprint);
    (void)dfs_.Decide(2, 2, 7);
    FinishSearchExecution(search_.get(), trace::kNoIndex);
    return search_->state == SearchState::kRunning;
  }
  std::unique_ptr<Search> search_ = std::make_unique<Search>();
  Dfs dfs_;
};

TEST_F(DfsDeviationTest, AnotherNumberOfOptionsStopsTheSearch) {
  EXPECT_TRUE(Run(2, 5));
  EXPECT_FALSE(Run(3, 5));
  EXPECT_EQ(search_->state, SearchState::kDeviated);
}

TEST_F(DfsDeviationTest, AnotherPastStopsTheSearch) {
  EXPECT_TRUE(Run(2, 5));
  EXPECT_FALSE(Run(2, 6));
  EXPECT_EQ(search_->state, SearchState::kDeviated);
}

TEST_F(DfsDeviationTest, AnExecutionThatEndsTooEarlyStopsTheSearch) {
  EXPECT_TRUE(Run(2, 5));
  dfs_.StartExecution({0, 1});
  FinishSearchExecution(search_.get(), trace::kNoIndex);
  EXPECT_EQ(search_->state, SearchState::kDeviated);
}

TEST_F(DfsDeviationTest, AStoppedSearchStaysStopped) {
  EXPECT_TRUE(Run(2, 5));
  EXPECT_FALSE(Run(3, 5));
  EXPECT_FALSE(Run(2, 5));
}

// Choices beyond the limit take the first option, and the search knows that it is not complete.
TEST(DfsLimitTest, CountsExecutionsThatAreTooDeep) {
  const auto search = std::make_unique<Search>();
  Dfs dfs;
  dfs.Attach(search.get());
  dfs.StartExecution({0, 1});
  for (uint32_t i = 0; i < kSearchDepthMax + 2; ++i) EXPECT_EQ(dfs.Decide(2, 2, 0), 0u);
  EXPECT_EQ(search->depth, kSearchDepthMax);
  FinishSearchExecution(search.get(), trace::kNoIndex);
  EXPECT_EQ(search->too_deep, 1u);
  EXPECT_EQ(search->prefix, kSearchDepthMax);
}

TEST(DfsRestartTest, BeginsTheIterationAnewWithTheSameBound) {
  const auto search = std::make_unique<Search>();
  Dfs dfs;
  dfs.Attach(search.get());
  dfs.StartExecution({0, 1});
  (void)dfs.Decide(2, 1, 0);
  FinishSearchExecution(search.get(), 5);
  EXPECT_EQ(search->bound, 1u);
  dfs.StartExecution({0, 1});
  (void)dfs.Decide(2, 1, 0);
  FinishSearchExecution(search.get(), 5);
  RestartSearchIteration(search.get());
  dfs.StartExecution({0, 1});
  EXPECT_EQ(dfs.Decide(4, 4, 9), 0u) << "the old path must not matter";
  EXPECT_EQ(search->state, SearchState::kRunning);
  EXPECT_EQ(search->bound, 1u);
}

}  // namespace
}  // namespace heddle::strategy
