#include "clock/vector_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/prng.h"

namespace heddle {
namespace {

// The obvious thing: a component for every thread there can be.
class NaiveClock {
 public:
  static constexpr uint32_t kThreads = 100;

  [[nodiscard]] uint64_t Get(uint32_t thread) const { return values_[thread]; }
  void Set(uint32_t thread, uint64_t clock) { values_[thread] = clock; }
  void Join(const NaiveClock& other) {
    for (uint32_t i = 0; i < kThreads; ++i) values_[i] = std::max(values_[i], other.values_[i]);
  }
  [[nodiscard]] bool LessOrEqual(const NaiveClock& other) const {
    for (uint32_t i = 0; i < kThreads; ++i) {
      if (values_[i] > other.values_[i]) return false;
    }
    return true;
  }

 private:
  std::vector<uint64_t> values_ = std::vector<uint64_t>(kThreads);
};

class VectorClockTest : public testing::Test {
 protected:
  // Not zeroed, on purpose: a clock must not depend on what the arena held before it was rewound.
  VectorClockTest() : memory_(1u << 20, char(0xa5)) {
    arena_.Adopt(memory_.data(), memory_.size(), "test");
  }

  VectorClock Of(std::initializer_list<uint64_t> values) {
    VectorClock clock;
    uint32_t thread = 0;
    for (uint64_t value : values) clock.Set(thread++, value, arena_);
    return clock;
  }

  // A crowd of clocks goes through random operations, each together with its naive twin.
  void CompareWithNaive(uint32_t threads, uint64_t seed);

  std::vector<char> memory_;
  Arena arena_;
};

void VectorClockTest::CompareWithNaive(uint32_t threads, uint64_t seed) {
  constexpr uint32_t kClocks = 5;
  Prng prng(seed);
  arena_.Rewind();
  VectorClock clocks[kClocks];
  NaiveClock naive[kClocks];
  for (int step = 0; step < 200; ++step) {
    const uint32_t a = prng.Below(kClocks);
    const uint32_t b = prng.Below(kClocks);
    const uint32_t thread = prng.Below(threads);
    switch (prng.Below(8)) {
      case 0:
        clocks[a].Join(clocks[b], arena_);
        naive[a].Join(naive[b]);
        break;
      case 1:
        clocks[a].Assign(clocks[b], arena_);
        naive[a] = naive[b];
        break;
      case 2:
        clocks[a].Reset();
        naive[a] = {};
        break;
      default: {
        const uint64_t value = prng.Below(6);
        clocks[a].Set(thread, value, arena_);
        naive[a].Set(thread, value);
      }
    }
    for (uint32_t i = 0; i < NaiveClock::kThreads; ++i)
      ASSERT_EQ(clocks[a].Get(i), naive[a].Get(i)) << "seed " << seed;
    ASSERT_EQ(clocks[a].LessOrEqual(clocks[b]), naive[a].LessOrEqual(naive[b]))
        << "seed " << seed << " step " << step;
    ASSERT_EQ(clocks[b].LessOrEqual(clocks[a]), naive[b].LessOrEqual(naive[a]))
        << "seed " << seed << " step " << step;
  }
}

TEST_F(VectorClockTest, KnowsNothingAtFirst) {
  const VectorClock clock;
  EXPECT_EQ(clock.Get(0), 0u);
  EXPECT_EQ(clock.Get(3999), 0u);
  EXPECT_TRUE(clock.LessOrEqual(clock));
}

TEST_F(VectorClockTest, AgreesWithANaiveClock) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    for (uint32_t threads : {2u, VectorClock::kInline, VectorClock::kInline + 1, 13u, 100u}) {
      ASSERT_NO_FATAL_FAILURE(CompareWithNaive(threads, seed)) << threads << " threads";
    }
  }
}

TEST_F(VectorClockTest, OrdersOnlyWhatIsOrdered) {
  const VectorClock older = Of({1, 2, 0});
  const VectorClock newer = Of({1, 3});
  const VectorClock other = Of({2, 1});
  EXPECT_TRUE(older.LessOrEqual(newer)) << "a missing component is zero";
  EXPECT_FALSE(newer.LessOrEqual(older));
  EXPECT_FALSE(newer.LessOrEqual(other));
  EXPECT_FALSE(other.LessOrEqual(newer));
}

TEST_F(VectorClockTest, NeedsNoMemoryForTheInlineThreads) {
  VectorClock clock;
  for (uint32_t thread = 0; thread < VectorClock::kInline; ++thread)
    clock.Set(thread, thread + 1, arena_);
  EXPECT_EQ(arena_.used(), 0u);
  clock.Set(VectorClock::kInline, 9, arena_);
  EXPECT_GT(arena_.used(), 0u);
  for (uint32_t thread = 0; thread < VectorClock::kInline; ++thread)
    EXPECT_EQ(clock.Get(thread), thread + 1);
  EXPECT_EQ(clock.Get(VectorClock::kInline), 9u);
}

TEST_F(VectorClockTest, GrowsAtOnceToAFarThread) {
  VectorClock clock = Of({4, 5});
  clock.Set(3999, 7, arena_);
  EXPECT_EQ(clock.size(), 4000u);
  EXPECT_EQ(clock.Get(0), 4u);
  EXPECT_EQ(clock.Get(1), 5u);
  EXPECT_EQ(clock.Get(3999), 7u);
  for (uint32_t thread = 2; thread < 3999; ++thread) ASSERT_EQ(clock.Get(thread), 0u);
}

// Growing step by step must cost a constant factor, not a copy for each thread.
TEST_F(VectorClockTest, TakesMemoryInProportionWhenItGrowsStepByStep) {
  VectorClock clock;
  for (uint32_t thread = 0; thread < 4000; ++thread) clock.Set(thread, thread + 1, arena_);
  EXPECT_LE(arena_.used(), 4 * 4000 * sizeof(uint64_t));
  for (uint32_t thread = 0; thread < 4000; ++thread) ASSERT_EQ(clock.Get(thread), thread + 1);
}

TEST_F(VectorClockTest, ForgetsWhatItKnewWhenItTakesOverALesserClock) {
  VectorClock large = Of({1, 2, 3, 4, 5, 6, 7, 8});
  large.Assign(Of({9}), arena_);
  EXPECT_EQ(large.Get(0), 9u);
  large.Set(7, 1, arena_);  // the components between are zero again, not what they were
  for (uint32_t thread = 1; thread < 7; ++thread) EXPECT_EQ(large.Get(thread), 0u) << thread;
}

}  // namespace
}  // namespace heddle
