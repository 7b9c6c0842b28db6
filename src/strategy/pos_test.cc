#include "strategy/pos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "strategy/simulator.h"

namespace heddle::strategy {
namespace {

using trace::OpKind;

constexpr ObjectId kX{1};
constexpr ObjectId kY{2};

// The threads 0..count-1, best first, as the strategy would pick them one after the other.
std::vector<uint32_t> Ranking(Pos* pos, uint32_t count) {
  ThreadSet enabled;
  for (uint32_t i = 0; i < count; ++i) enabled.Insert(ThreadId{i});
  std::vector<uint32_t> ranking;
  while (!enabled.empty()) {
    const ThreadId best = pos->PickNext({&enabled, ThreadId{0}, true, nullptr, true});
    ranking.push_back(Index(best));
    enabled.Erase(best);
  }
  return ranking;
}

// Which threads, besides the acting one, may change places after `op`: those that moved among the rest in some of many
// executions. Two threads that nobody redraws never change their order.
bool EverSwaps(const PendingOp& op, const PendingOp& first, const PendingOp& second) {
  const PendingOp pending[3] = {op, first, second};
  const auto pos = std::make_unique<Pos>();
  for (uint64_t seed = 0; seed < 64; ++seed) {
    pos->StartExecution({seed, 1});
    for (uint32_t i = 0; i < 3; ++i) pos->OnThreadCreated(ThreadId{i});
    std::vector<uint32_t> before = Ranking(pos.get(), 3);
    pos->OnEvent(ThreadId{0}, op, pending, 3);
    std::vector<uint32_t> after = Ranking(pos.get(), 3);
    std::erase(before, 0u);
    std::erase(after, 0u);
    if (before != after) return true;
  }
  return false;
}

TEST(PosTest, DrawsAnewOnlyForOperationsThatConflict) {
  const PendingOp store_x{OpKind::kAtomicStore, kX};
  const PendingOp load_x{OpKind::kAtomicLoad, kX};
  const PendingOp store_y{OpKind::kAtomicStore, kY};
  const PendingOp load_y{OpKind::kAtomicLoad, kY};
  const PendingOp none{OpKind::kYield, kNoObject};
  // That nothing moves in 64 executions although a priority was drawn anew has probability 2^-64 or so.
  EXPECT_TRUE(EverSwaps(store_x, store_x, store_y));
  EXPECT_TRUE(EverSwaps(store_x, load_x, store_y));
  EXPECT_TRUE(EverSwaps(load_x, store_x, store_y));
  EXPECT_FALSE(EverSwaps(load_x, load_x, store_y)) << "two reads";
  EXPECT_FALSE(EverSwaps(store_x, store_y, load_y)) << "another object";
  EXPECT_FALSE(EverSwaps(none, none, store_y)) << "no object";
}

TEST(PosTest, TheActingThreadDrawsAnewAlways) {
  const PendingOp none{OpKind::kYield, kNoObject};
  const PendingOp pending[2] = {none, none};
  const auto pos = std::make_unique<Pos>();
  int moved = 0;
  for (uint64_t seed = 0; seed < 64; ++seed) {
    pos->StartExecution({seed, 1});
    for (uint32_t i = 0; i < 2; ++i) pos->OnThreadCreated(ThreadId{i});
    const std::vector<uint32_t> before = Ranking(pos.get(), 2);
    pos->OnEvent(ThreadId{0}, none, pending, 2);
    moved += before != Ranking(pos.get(), 2);
  }
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, 64);
}

TEST(PosTest, KeepsPrioritiesBetweenDecisions) {
  const auto pos = std::make_unique<Pos>();
  pos->StartExecution({5, 1});
  for (uint32_t i = 0; i < 6; ++i) pos->OnThreadCreated(ThreadId{i});
  const std::vector<uint32_t> ranking = Ranking(pos.get(), 6);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ranking(pos.get(), 6), ranking);
}

TEST(PosTest, GivesTheSameSchedulesForEver) {
  const PendingOp ops[] = {
      {OpKind::kAtomicRmw, kX}, {OpKind::kAtomicStore, kY}, {OpKind::kAtomicRmw, kX}};
  Simulator simulator;
  for (int i = 0; i < 3; ++i) simulator.AddThread(ops, 3);
  const auto pos = std::make_unique<Pos>();
  EXPECT_STREQ(simulator.Run(pos.get(), 1, 1).threads, "000122121");
  EXPECT_STREQ(simulator.Run(pos.get(), 2, 1).threads, "000122211");
  EXPECT_STREQ(simulator.Run(pos.get(), 1, 1).threads, "000122121")
      << "the one before changes nothing";
}

// All operations conflict, so each decision is a fresh coin between two: the rarest of the 6 schedules has probability 1/8 at
// least as with a uniform walk, and 6 * (7/8)^120 = 7e-7 to miss one.
TEST(PosTest, ReachesExactlyTheSixSchedulesOfTwoThreadsWithTwoConflictingOperations) {
  const PendingOp ops[] = {{OpKind::kAtomicRmw, kX}, {OpKind::kAtomicRmw, kX}};
  Simulator simulator;
  for (int i = 0; i < 2; ++i) simulator.AddThread(ops, 2);
  const auto pos = std::make_unique<Pos>();
  std::set<std::string> schedules;
  for (uint64_t seed = 0; seed < 120; ++seed)
    schedules.insert(simulator.Run(pos.get(), seed, 1).threads);
  EXPECT_EQ(schedules.size(), 6u);
  for (uint64_t seed = 120; seed < 3000; ++seed)
    schedules.insert(simulator.Run(pos.get(), seed, 1).threads);
  EXPECT_EQ(schedules.size(), 6u);
}

}  // namespace
}  // namespace heddle::strategy
