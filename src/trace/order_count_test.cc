// Counting orders against a plain set of them, and the estimate of what is unseen against distributions of which it is known.
#include "trace/order_count.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "base/prng.h"

namespace heddle::trace {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

class Counted {
 public:
  explicit Counted(uint32_t slots_max = OrderCount::kSlotsMax)
      : memory_(static_cast<uint64_t*>(std::calloc(1, OrderCount::kMemoryBytes))) {
    count_.Adopt(memory_.get(), slots_max);
  }
  OrderCount* operator->() { return &count_; }

 private:
  std::unique_ptr<uint64_t, Free> memory_;
  OrderCount count_;
};

TEST(OrderCountTest, CountsAsASetDoes) {
  Counted counted;
  for (int round = 0; round < 2; ++round) {
    std::map<uint64_t, uint32_t> all;
    Prng random(7);
    for (uint32_t i = 0; i < 200'000; ++i) {
      const uint64_t order = SplitMix64(random.Below(100'000));
      ++all[order];
      counted->Add(order);
    }
    uint64_t once = 0;
    uint64_t twice = 0;
    for (const auto& [order, count] : all) {
      once += count == 1;
      twice += count == 2;
    }
    const OrderStatistics statistics = counted->Statistics();
    EXPECT_EQ(statistics.executions, 200'000u);
    EXPECT_EQ(statistics.distinct, all.size());
    EXPECT_EQ(statistics.once, once);
    EXPECT_EQ(statistics.twice, twice);
    EXPECT_TRUE(statistics.exact);
    counted->Clear();
  }
  EXPECT_EQ(counted->Statistics().distinct, 0u);
}

// Words that differ in few bits are different orders all the same, wherever the bits are.
TEST(OrderCountTest, TellsSimilarWordsApart) {
  for (const uint32_t shift : {0u, 1u, 20u, 40u, 48u}) {
    Counted counted;
    for (uint64_t i = 0; i < 50'000; ++i) counted->Add(i << shift);
    EXPECT_EQ(counted->Statistics().distinct, 50'000u) << shift;
  }
}

TEST(OrderCountTest, AFullTableKeepsASampleAndSaysSo) {
  constexpr uint32_t kSlots = 1u << 14;
  constexpr uint64_t kOrders = 300'000;
  Counted counted(kSlots);
  Prng random(3);
  for (uint64_t i = 0; i < kOrders; ++i) {
    counted->Add(SplitMix64(i));
    if (i % 3 == 0) counted->Add(SplitMix64(i));
  }
  const OrderStatistics statistics = counted->Statistics();
  EXPECT_FALSE(statistics.exact);
  // The sample holds 6,000 orders at least: a standard error of 1.3%, and five of them miss once in a million.
  const auto near = [](uint64_t value, double expected) {
    EXPECT_NEAR(static_cast<double>(value), expected, 0.065 * expected);
  };
  near(statistics.distinct, 300'000);
  near(statistics.once, 200'000);
  near(statistics.twice, 100'000);
  counted->Clear();
  counted->Add(1);
  EXPECT_EQ(counted->Statistics().distinct, 1u);
  EXPECT_TRUE(counted->Statistics().exact);
}

TEST(OrderCountTest, RecentIsTheLastTenthOrALittleMore) {
  Counted counted;
  for (uint64_t i = 1; i <= 20'000; ++i) {
    counted->Add(i <= 15'000 ? i : 1);  // nothing new in the last quarter
    if (i < 100 || i % 97 != 0) continue;
    const OrderStatistics statistics = counted->Statistics();
    EXPECT_GE(statistics.recent_executions, i / 10);
    EXPECT_LE(statistics.recent_executions, i / 10 + i / 19 + 1);
    if (i <= 15'000) EXPECT_EQ(statistics.recent_new, statistics.recent_executions);
  }
  EXPECT_EQ(counted->Statistics().recent_new, 0u);
}

TEST(OrderCountTest, NothingSeenMeansAllIsUnseen) {
  Counted counted;
  EXPECT_EQ(counted->Statistics().unseen, 1);
  counted->Add(1);
  EXPECT_EQ(counted->Statistics().unseen, 1);
  EXPECT_EQ(counted->Statistics().unseen_high, 1);
}

TEST(OrderCountTest, SaturationNeedsEnoughExecutions) {
  Counted counted;
  for (int i = 0; i < 299; ++i) counted->Add(5);
  EXPECT_FALSE(counted->IsSaturated(0.01));  // 3 / 299
  counted->Add(5);
  EXPECT_TRUE(counted->IsSaturated(0.01));
  Counted few;
  for (int i = 0; i < 99; ++i) few->Add(5);
  EXPECT_FALSE(few->IsSaturated(0.5));
  few->Add(5);
  EXPECT_TRUE(few->IsSaturated(0.5));
}

// How often the truth lies in the interval that is said to hold it in 95 of 100 cases. For few executions it does a little less
// often, because the interval is that of a normal distribution.
double Coverage(const std::vector<double>& chances, uint32_t executions) {
  constexpr int kRuns = 200;
  double sum = 0;
  std::vector<double> up_to;
  for (const double chance : chances) up_to.push_back(sum += chance);
  Prng random(11);
  int within = 0;
  Counted counted;
  for (int run = 0; run < kRuns; ++run) {
    counted->Clear();
    std::vector<bool> seen(chances.size());
    for (uint32_t i = 0; i < executions; ++i) {
      const double drawn = static_cast<double>(random.Next() >> 11) * 0x1p-53 * sum;
      const auto order = static_cast<size_t>(
          std::upper_bound(up_to.begin(), up_to.end() - 1, drawn) - up_to.begin());
      seen[order] = true;
      counted->Add(SplitMix64(order));
    }
    double unseen = 0;
    for (size_t i = 0; i < chances.size(); ++i) unseen += seen[i] ? 0 : chances[i] / sum;
    const OrderStatistics statistics = counted->Statistics();
    within += statistics.unseen_low <= unseen && unseen <= statistics.unseen_high;
  }
  return static_cast<double>(within) / kRuns;
}

TEST(OrderCountTest, TheIntervalHoldsTheTruth) {
  const std::vector<double> uniform(1000, 1);
  std::vector<double> geometric;
  std::vector<double> harmonic;
  for (int i = 0; i < 60; ++i) geometric.push_back(std::pow(0.8, i));
  for (int i = 1; i <= 20'000; ++i) harmonic.push_back(1.0 / i);
  const std::vector<double> few = {0.5, 0.3, 0.2};
  for (const uint32_t executions : {100u, 1000u, 4000u}) {
    for (const auto& chances : {uniform, geometric, harmonic, few})
      EXPECT_GE(Coverage(chances, executions), 0.9) << chances.size() << " orders " << executions;
  }
}

}  // namespace
}  // namespace heddle::trace
