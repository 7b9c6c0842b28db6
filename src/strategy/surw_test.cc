// The selectively uniform random walk on programs without threads: orders of interesting events are drawn alike, and wrong
// counts make it a random walk, never a wait for ever.
#include "strategy/surw.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strategy/simulator.h"

namespace heddle::strategy {
namespace {

using trace::OpKind;

constexpr PendingOp Touch(uint32_t object, uint16_t site) {
  return {OpKind::kAtomicStore, ObjectId{object}, site};
}
constexpr PendingOp kNothing = {OpKind::kYield, kNoObject, 9};

std::unique_ptr<trace::Profile> ProfileOf(const std::vector<trace::ProfileEntry>& entries) {
  auto profile = std::make_unique<trace::Profile>();
  for (uint32_t i = 0; i < trace::kProfileThreads; ++i) profile->parents[i] = 0;
  for (const trace::ProfileEntry& entry : entries) profile->entries[profile->entry_count++] = entry;
  return profile;
}

trace::ProfileEntry Entry(uint32_t object, uint16_t site, uint32_t thread, uint32_t count) {
  return {object, trace::ProfilePlace(OpKind::kAtomicStore, site), thread, count};
}

// How often each order came up.
std::map<std::string, int> Sample(const trace::Profile* profile, const PendingOp* long_thread,
                                  uint32_t long_count, const PendingOp* short_thread,
                                  uint32_t short_count, int runs) {
  Surw surw;
  surw.set_profile(profile);
  Simulator simulator;
  simulator.set_heeds_yields(false);
  simulator.AddThread(long_thread, long_count);
  simulator.AddThread(short_thread, short_count);
  std::map<std::string, int> seen;
  for (int i = 0; i < runs; ++i) ++seen[simulator.Run(&surw, static_cast<uint64_t>(i), 8).threads];
  return seen;
}

TEST(SurwTest, OrdersOfInterestingEventsAreAlike) {
  // Five events against one: six orders. A random walk draws the first of them half of the time.
  const PendingOp many[] = {Touch(1, 1), Touch(1, 1), Touch(1, 1), Touch(1, 1), Touch(1, 1)};
  const PendingOp one[] = {Touch(1, 2)};
  const auto profile = ProfileOf({Entry(1, 1, 0, 5), Entry(1, 2, 1, 1)});
  constexpr int kRuns = 6000;
  const std::map<std::string, int> seen = Sample(profile.get(), many, 5, one, 1, kRuns);
  ASSERT_EQ(seen.size(), 6u);
  double chi_square = 0;
  for (const auto& [order, count] : seen)
    chi_square += (count - kRuns / 6.0) * (count - kRuns / 6.0) / (kRuns / 6.0);
  EXPECT_LT(chi_square, 20.5);  // 5 degrees of freedom, 0.1 %
}

TEST(SurwTest, AThreadThatOnlyYieldsIsNotWaitedForLong) {
  // Thread 1 is drawn half of the time, and yields a hundred times before its touch: what a loop does that waits for the
  // touch of thread 0.
  const PendingOp first[] = {Touch(1, 1)};
  std::vector<PendingOp> waits(100, kNothing);
  waits.push_back(Touch(1, 2));
  const auto profile = ProfileOf({Entry(1, 1, 0, 1), Entry(1, 2, 1, 1)});
  for (const auto& [order, count] :
       Sample(profile.get(), first, 1, waits.data(), static_cast<uint32_t>(waits.size()), 1000)) {
    EXPECT_LT(order.find('0'), 100u) << order;
  }
}

TEST(SurwTest, WhatIsNotInterestingDoesNotSpoilTheOrderOfWhatIs) {
  // Thread 0 has much else to do; the orders of the two threads' two touches are six all the same.
  const PendingOp busy[] = {kNothing, kNothing, kNothing, Touch(1, 1),
                            kNothing, kNothing, kNothing, Touch(1, 1)};
  const PendingOp idle[] = {Touch(1, 2), Touch(1, 2)};
  const auto profile = ProfileOf({Entry(1, 1, 0, 2), Entry(1, 2, 1, 2)});
  constexpr int kRuns = 6000;
  std::map<std::string, int> orders;
  for (const auto& [all, count] : Sample(profile.get(), busy, 8, idle, 2, kRuns)) {
    std::string order;
    int steps_of_busy = 0;
    for (const char thread : all) {
      if (thread == '1' || ++steps_of_busy % 4 == 0) order += thread;
    }
    orders[order] += count;
  }
  ASSERT_EQ(orders.size(), 6u);
  for (const auto& [order, count] : orders) EXPECT_NEAR(count, kRuns / 6.0, 200) << order;
}

TEST(SurwTest, WrongCountsMakeARandomWalkThatEnds) {
  const PendingOp many[] = {Touch(1, 1), Touch(1, 1), Touch(1, 1)};
  const PendingOp one[] = {Touch(1, 2)};
  // Thread 3 does not exist, thread 1 has fewer events than it says, thread 0 is not known at all.
  const auto profile = ProfileOf({Entry(1, 2, 1, 50), Entry(1, 1, 3, 9)});
  const std::map<std::string, int> seen = Sample(profile.get(), many, 3, one, 1, 500);
  EXPECT_FALSE(seen.empty());
  for (const auto& [order, count] : seen) EXPECT_EQ(order.size(), 4u);
  EXPECT_EQ(Sample(nullptr, many, 3, one, 1, 500).size(), 4u);
}

TEST(SurwTest, TheSameSeedDrawsTheSameOrder) {
  const PendingOp first[] = {Touch(1, 1), Touch(2, 3)};
  const PendingOp second[] = {Touch(1, 2), Touch(2, 4)};
  const auto profile =
      ProfileOf({Entry(1, 1, 0, 1), Entry(2, 3, 0, 1), Entry(1, 2, 1, 1), Entry(2, 4, 1, 1)});
  EXPECT_EQ(Sample(profile.get(), first, 2, second, 2, 50),
            Sample(profile.get(), first, 2, second, 2, 50));
}

}  // namespace
}  // namespace heddle::strategy
