// The search on programs without threads: it visits every row of choices once, as many as combinatorics says, and with a
// bound exactly those that a plain enumeration keeps.
#include "strategy/search.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace heddle::strategy {
namespace {

// Threads that only make steps: what is chosen is the order. Option 0 is the running thread, as in the engine.
class Steps {
 public:
  explicit Steps(std::vector<int> steps) : steps_(std::move(steps)) {}

  // One execution; `choose(count, free)` picks the option. Returns the order as digits.
  std::string Run(const std::function<uint32_t(uint32_t, uint32_t)>& choose) const {
    std::vector<int> left = steps_;
    std::string order;
    size_t current = 0;
    for (;;) {
      std::vector<size_t> options;
      const bool goes_on = left[current] > 0;
      if (goes_on) options.push_back(current);
      for (size_t i = 0; i < left.size(); ++i) {
        if (left[i] > 0 && !(goes_on && i == current)) options.push_back(i);
      }
      if (options.empty()) return order;
      const auto count = static_cast<uint32_t>(options.size());
      current = options[choose(count, goes_on ? 1 : count)];
      --left[current];
      order += static_cast<char>('0' + current);
    }
  }

 private:
  std::vector<int> steps_;
};

struct Explored {
  std::set<std::string> orders;  // of the last iteration
  uint64_t executions = 0;       // of it
  uint32_t bound = 0;
  bool cut = false;
};

Explored SearchAll(const Steps& program, int32_t bound) {
  const auto state = std::make_unique<trace::SearchState>();
  Search search(state.get());
  search.Restart(bound);
  Explored explored;
  uint32_t iteration = 0;
  for (bool more = true; more;) {
    if (state->bound != iteration) {
      iteration = state->bound;
      explored.orders.clear();
    }
    search.StartExecution();
    const std::string order = program.Run(
        [&search](uint32_t count, uint32_t free) { return search.Choose(count, free); });
    EXPECT_TRUE(explored.orders.insert(order).second) << order << " was explored twice";
    more = search.Advance();
  }
  explored.executions = state->executions;
  explored.bound = state->bound;
  explored.cut = state->cut != 0;
  return explored;
}

// Switches away from a thread that has steps left.
int Preemptions(const std::string& order) {
  int preemptions = 0;
  for (size_t i = 1; i < order.size(); ++i) {
    const bool has_more = order.find(order[i - 1], i) != std::string::npos;
    preemptions += order[i] != order[i - 1] && has_more;
  }
  // Thread 0 runs when the program begins.
  return preemptions + (order.front() != '0' && order.find('0') != std::string::npos);
}

TEST(SearchTest, TwoThreadsHaveAsManyOrdersAsCombinatoricsSays) {
  EXPECT_EQ(SearchAll(Steps({1, 1}), -1).executions, 2u);
  EXPECT_EQ(SearchAll(Steps({2, 2}), -1).executions, 6u);      // 4! / (2! 2!)
  EXPECT_EQ(SearchAll(Steps({5, 3}), -1).executions, 56u);     // 8! / (5! 3!)
  EXPECT_EQ(SearchAll(Steps({2, 2, 2}), -1).executions, 90u);  // 6! / (2! 2! 2!)
}

TEST(SearchTest, ABoundKeepsExactlyTheOrdersWithSoManyPreemptions) {
  const Steps program({3, 2, 2});
  const Explored all = SearchAll(program, -1);
  ASSERT_EQ(all.executions, 210u);
  EXPECT_FALSE(all.cut);
  for (int bound = 0; bound <= 4; ++bound) {
    std::set<std::string> kept;
    for (const std::string& order : all.orders) {
      if (Preemptions(order) <= bound) kept.insert(order);
    }
    const Explored bounded = SearchAll(program, bound);
    EXPECT_EQ(bounded.orders, kept) << "bound " << bound;
    EXPECT_EQ(bounded.executions, kept.size());
  }
}

TEST(SearchTest, EndsWithoutReachingTheBoundWhenItCutsNothingAnyMore) {
  const Explored explored = SearchAll(Steps({2, 2}), 1000);
  EXPECT_EQ(explored.executions, 6u);
  EXPECT_LE(explored.bound, 3u);
  EXPECT_FALSE(explored.cut);
}

TEST(SearchTest, AProgramWithoutChoicesHasOneExecution) {
  EXPECT_EQ(SearchAll(Steps({4}), -1).executions, 1u);
  EXPECT_EQ(SearchAll(Steps({0}), 0).executions, 1u);
}

TEST(SearchDeathTest, AnotherChoiceInTheSamePlaceIsToldAndNotTakenForComplete) {
  const auto state = std::make_unique<trace::SearchState>();
  Search search(state.get());
  search.Restart(-1);
  search.StartExecution();
  EXPECT_EQ(search.Choose(2, 2), 0u);
  ASSERT_TRUE(search.Advance());
  search.StartExecution();
  EXPECT_DEATH(static_cast<void>(search.Choose(3, 3)), "does something else");
}

}  // namespace
}  // namespace heddle::strategy
