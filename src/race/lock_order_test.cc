#include "race/lock_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <memory>
#include <set>
#include <vector>

#include "base/prng.h"

namespace heddle::race {
namespace {

constexpr uint32_t kA = 1;
constexpr uint32_t kB = 2;
constexpr uint32_t kC = 3;
constexpr uint32_t kD = 4;

// What a thread knew of the beginnings and ends of others when it took the second lock.
struct Lineage {
  uint64_t own = 0;
  std::initializer_list<uint64_t> known = {};
};

class LockOrderTest : public testing::Test {
 protected:
  LockOrderTest() { arena_.Adopt(memory_, sizeof(memory_), "test"); }

  // `thread` takes `to` while it holds `from` (and the guards). Returns the length of the cycle that appears.
  uint32_t Take(uint32_t thread, uint32_t from, uint32_t to,
                std::initializer_list<uint32_t> guards = {}, Lineage lineage = {}) {
    LockEdge& edge = edges_.emplace_back();
    edge.from = from;
    edge.to = to;
    edge.thread = ThreadId{thread};
    edge.lineage_clock = lineage.own;
    uint32_t known = 0;
    for (uint64_t clock : lineage.known) edge.lineage.Set(known++, clock, arena_);
    for (uint32_t guard : guards) edge.guards[edge.guard_count++] = guard;
    return order_->Add(&edge, cycle_);
  }

  alignas(16) char memory_[4096];
  Arena arena_;
  std::deque<LockEdge> edges_;
  std::unique_ptr<LockOrder> order_ = std::make_unique<LockOrder>();
  const LockEdge* cycle_[LockOrder::kCycleMax] = {};
};

TEST_F(LockOrderTest, FindsTwoLocksTakenInOppositeOrders) {
  EXPECT_EQ(Take(1, kA, kB), 0u);
  ASSERT_EQ(Take(2, kB, kA), 2u);
  EXPECT_EQ(cycle_[0], &edges_[1]) << "the edge that closed the cycle comes first";
  EXPECT_EQ(cycle_[1], &edges_[0]);
}

TEST_F(LockOrderTest, FindsACycleOfThree) {
  EXPECT_EQ(Take(1, kA, kB), 0u);
  EXPECT_EQ(Take(2, kB, kC), 0u);
  ASSERT_EQ(Take(3, kC, kA), 3u);
  for (uint32_t i = 0; i < 3; ++i) EXPECT_EQ(cycle_[i]->to, cycle_[(i + 1) % 3]->from) << i;
}

TEST_F(LockOrderTest, FindsCyclesUpToItsLimit) {
  for (const uint32_t length : {LockOrder::kCycleMax, LockOrder::kCycleMax + 1}) {
    order_->StartExecution();
    for (uint32_t i = 1; i < length; ++i) EXPECT_EQ(Take(i, i, i + 1), 0u);
    EXPECT_EQ(Take(length, length, 1), length <= LockOrder::kCycleMax ? length : 0u);
  }
}

TEST_F(LockOrderTest, TheSameOrderEverywhereIsNoCycle) {
  for (uint32_t thread = 1; thread < 5; ++thread) {
    EXPECT_EQ(Take(thread, kA, kB), 0u);
    EXPECT_EQ(Take(thread, kB, kC), 0u);
    EXPECT_EQ(Take(thread, kA, kC), 0u);
    EXPECT_EQ(Take(thread, kC, kD), 0u);
  }
}

// As a hash map does that locks all of its stripes to grow. There are more paths through such a graph than can be walked: before
// dead ends were left out, 8 threads with 16 locks took 20 seconds.
TEST_F(LockOrderTest, ManyThreadsThatTakeManyLocksInOneOrderAreNoCycle) {
  constexpr uint32_t kLocks = 24;
  for (uint32_t thread = 1; thread <= 8; ++thread) {
    for (uint32_t from = 1; from < kLocks; ++from) {
      for (uint32_t to = from + 1; to <= kLocks; ++to) ASSERT_EQ(Take(thread, from, to), 0u);
    }
  }
  EXPECT_EQ(Take(9, 7, 6), 2u) << "and the one that does it the other way round is found";
  EXPECT_EQ(Take(9, kLocks, 1), 2u);
}

TEST_F(LockOrderTest, OneThreadAloneIsNoCycle) {
  EXPECT_EQ(Take(1, kA, kB), 0u);
  EXPECT_EQ(Take(1, kB, kA), 0u);
}

// Three locks, but only two threads: two of the edges would have to be in one thread at the same time.
TEST_F(LockOrderTest, ACycleNeedsAThreadForEachEdge) {
  EXPECT_EQ(Take(1, kA, kB), 0u);
  EXPECT_EQ(Take(1, kB, kC), 0u);
  EXPECT_EQ(Take(2, kC, kA), 0u);
  EXPECT_EQ(Take(3, kB, kC), 3u) << "with a third thread it can close";
}

TEST_F(LockOrderTest, ACommonGuardMakesTheCycleImpossible) {
  EXPECT_EQ(Take(1, kA, kB, {kC}), 0u);
  EXPECT_EQ(Take(2, kB, kA, {kC}), 0u);
  EXPECT_EQ(Take(3, kB, kA, {kD}), 2u) << "another guard does not";
}

TEST_F(LockOrderTest, ACommonGuardAmongOthersIsEnough) {
  EXPECT_EQ(Take(1, kA, kB, {7, 8, 9}), 0u);
  EXPECT_EQ(Take(2, kB, kA, {6, 7}), 0u);
  EXPECT_EQ(Take(3, kB, kA, {9}), 0u);
}

TEST_F(LockOrderTest, AGuardOfSomeEdgesOnlyDoesNotHelp) {
  EXPECT_EQ(Take(1, kA, kB, {9}), 0u);
  EXPECT_EQ(Take(2, kB, kC, {8}), 0u);
  EXPECT_EQ(Take(3, kC, kA, {7}), 3u);
}

// The main thread takes B then A before it creates the thread that takes A then B: lineage clock 1 is known to it.
TEST_F(LockOrderTest, WhatWasDoneBeforeTheCreationCannotOverlap) {
  EXPECT_EQ(Take(0, kB, kA, {}, {.own = 1, .known = {1}}), 0u);
  EXPECT_EQ(Take(1, kA, kB, {}, {.own = 1, .known = {1, 1}}), 0u);
}

TEST_F(LockOrderTest, WhatIsDoneAfterTheJoinCannotOverlap) {
  EXPECT_EQ(Take(1, kA, kB, {}, {.own = 1, .known = {1, 1}}), 0u);
  EXPECT_EQ(Take(0, kB, kA, {}, {.own = 2, .known = {2, 1}}), 0u);
}

TEST_F(LockOrderTest, WhatTheParentDoesAfterTheCreationOverlaps) {
  EXPECT_EQ(Take(1, kA, kB, {}, {.own = 1, .known = {1, 1}}), 0u);
  EXPECT_EQ(Take(0, kB, kA, {}, {.own = 2, .known = {2}}), 2u);
}

TEST_F(LockOrderTest, SiblingsOverlap) {
  EXPECT_EQ(Take(1, kA, kB, {}, {.own = 1, .known = {1, 1}}), 0u);
  EXPECT_EQ(Take(2, kB, kA, {}, {.own = 1, .known = {2, 0, 1}}), 2u);
}

// Thread 2 began after thread 1 had ended, so the cycle of three cannot close, whichever of them comes first in it.
TEST_F(LockOrderTest, NoTwoEdgesOfACycleMayBeOrdered) {
  for (const bool forwards : {true, false}) {
    order_->StartExecution();
    const uint32_t older[2] = {forwards ? kB : kC, forwards ? kC : kA};
    const uint32_t newer[2] = {forwards ? kC : kB, forwards ? kA : kC};
    EXPECT_EQ(Take(1, older[0], older[1], {}, {.own = 1, .known = {1, 1}}), 0u);
    EXPECT_EQ(Take(2, newer[0], newer[1], {}, {.own = 1, .known = {2, 1, 1}}), 0u);
    EXPECT_EQ(Take(3, kA, kB, {}, {.own = 1, .known = {1, 0, 0, 1}}), 0u);
  }
}

// An edge that cannot be part of the cycle must not hide another one between the same locks.
TEST_F(LockOrderTest, TriesEveryEdgeBetweenTwoLocks) {
  EXPECT_EQ(Take(1, kA, kB), 0u);
  EXPECT_EQ(Take(2, kA, kB, {kC}), 0u);
  EXPECT_EQ(Take(2, kB, kA, {kC}), 2u);
  EXPECT_EQ(cycle_[1]->thread, ThreadId{1});
}

TEST_F(LockOrderTest, FindsTheWayAroundADeadEnd) {
  EXPECT_EQ(Take(1, kA, kD), 0u);
  EXPECT_EQ(Take(2, kA, kB), 0u);
  EXPECT_EQ(Take(3, kD, 50), 0u);
  EXPECT_EQ(Take(4, kB, kA), 2u);
}

TEST_F(LockOrderTest, KnowsAnEdgePerThread) {
  EXPECT_FALSE(order_->Knows(kA, kB, ThreadId{1}));
  EXPECT_EQ(Take(1, kA, kB), 0u);
  EXPECT_TRUE(order_->Knows(kA, kB, ThreadId{1}));
  EXPECT_FALSE(order_->Knows(kA, kB, ThreadId{2}));
  EXPECT_FALSE(order_->Knows(kB, kA, ThreadId{1}));
}

// Callers ask Knows first, so saying "known" keeps locks beyond the table from being added.
TEST_F(LockOrderTest, LocksBeyondTheTableAreNotExamined) {
  EXPECT_TRUE(order_->Knows(LockOrder::kLocksMax, kA, ThreadId{1}));
  EXPECT_TRUE(order_->Knows(kA, LockOrder::kLocksMax, ThreadId{1}));
  EXPECT_FALSE(order_->Knows(LockOrder::kLocksMax - 1, kA, ThreadId{1}));
  EXPECT_EQ(Take(1, LockOrder::kLocksMax - 1, kA), 0u);
  EXPECT_EQ(Take(2, kA, LockOrder::kLocksMax - 1), 2u);
}

TEST_F(LockOrderTest, ForgetsTheExecutionBefore) {
  EXPECT_EQ(Take(1, kA, kB), 0u);
  order_->StartExecution();
  EXPECT_FALSE(order_->Knows(kA, kB, ThreadId{1}));
  EXPECT_EQ(Take(2, kB, kA), 0u);
}

// --- random orders against a reference that tries every sequence of edges ---

struct NaiveEdge {
  uint32_t thread, from, to, guard;
};

// Whether `path` can be continued to a cycle: each lock is left once, by threads and under guards that all differ.
bool NaiveCycle(const std::vector<NaiveEdge>& edges, std::vector<NaiveEdge>* path) {
  if (path->back().to == path->front().from) return true;
  for (const NaiveEdge& next : edges) {
    const bool fits = std::ranges::none_of(*path, [&](const NaiveEdge& edge) {
      return edge.thread == next.thread || edge.from == next.from ||
             (edge.guard != 0 && edge.guard == next.guard);
    });
    if (!fits || next.from != path->back().to) continue;
    path->push_back(next);
    if (NaiveCycle(edges, path)) return true;
    path->pop_back();
  }
  return false;
}

TEST_F(LockOrderTest, AgreesWithTryingEverySequenceOfEdges) {
  int cycles = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Prng prng(seed);
    order_->StartExecution();
    edges_.clear();
    std::vector<NaiveEdge> naive;
    const uint32_t locks = 3 + prng.Below(4);
    for (int step = 0; step < 9; ++step) {
      NaiveEdge edge{prng.Below(4), 1 + prng.Below(locks), 1 + prng.Below(locks),
                     prng.Chance(300) ? 100 + prng.Below(2) : 0};
      if (edge.from == edge.to || order_->Knows(edge.from, edge.to, ThreadId{edge.thread}))
        continue;
      std::vector<NaiveEdge> path{edge};
      const bool expected = NaiveCycle(naive, &path);
      naive.push_back(edge);
      const uint32_t length = edge.guard != 0 ? Take(edge.thread, edge.from, edge.to, {edge.guard})
                                              : Take(edge.thread, edge.from, edge.to);
      ASSERT_EQ(length != 0, expected) << "seed " << seed << " step " << step;
      for (uint32_t i = 0; i < length; ++i)
        ASSERT_EQ(cycle_[i]->to, cycle_[(i + 1) % length]->from) << "seed " << seed;
      std::set<uint32_t> left;
      for (uint32_t i = 0; i < length; ++i) left.insert(cycle_[i]->from);
      ASSERT_EQ(left.size(), length) << "seed " << seed << ": a lock is passed twice";
      cycles += expected;
    }
  }
  EXPECT_GT(cycles, 200);
}

}  // namespace
}  // namespace heddle::race
