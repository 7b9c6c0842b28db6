#include "clock/epoch.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/prng.h"

namespace heddle {
namespace {

static_assert(kThreadsMax <= kExpandedTag,
              "a thread's number may not look like a reference to a record");
static_assert((kAtomicFlag | kWriteFlag | kFreedFlag | kBytesMask) < 1u << kThreadShift);
static_assert((kAtomicFlag & kWriteFlag) == 0 && (kWriteFlag & kFreedFlag) == 0 &&
              (kAtomicFlag & kFreedFlag) == 0);
static_assert(((kAtomicFlag | kWriteFlag | kFreedFlag) & kBytesMask) == 0);

TEST(EpochTest, KeepsClockAndThreadAtTheirBounds) {
  for (uint64_t clock : {uint64_t{0}, uint64_t{1}, kClockMax - 1, kClockMax}) {
    for (uint32_t thread : {0u, 1u, kThreadsMax - 1, kThreadTagMax}) {
      const AccessWord word = MakeEpoch(clock, thread);
      EXPECT_EQ(ClockOf(word), clock);
      EXPECT_EQ(ThreadOf(word), thread);
      EXPECT_EQ(EpochOf(word), word) << "flags and bytes are zero";
    }
  }
}

TEST(EpochTest, FlagsAndBytesDoNotTouchTheEpoch) {
  Prng prng(1);
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t clock = prng.Next() & kClockMax;
    const uint32_t thread = prng.Below(kThreadTagMax + 1);
    const AccessWord low = prng.Below(1u << kThreadShift);
    const AccessWord word = MakeEpoch(clock, thread) | low;
    ASSERT_EQ(ClockOf(word), clock);
    ASSERT_EQ(ThreadOf(word), thread);
    ASSERT_EQ(EpochOf(word), MakeEpoch(clock, thread));
    ASSERT_EQ(word ^ EpochOf(word), low);
  }
}

// The detector compares whole words to find out which clock is later on one thread.
TEST(EpochTest, LaterClocksOfAThreadAreLargerWords) {
  EXPECT_LT(MakeEpoch(7, 3) | 0xff, MakeEpoch(8, 3));
  EXPECT_LT(MakeEpoch(7, kThreadTagMax) | 0xff, MakeEpoch(8, 0));
}

TEST(EpochTest, AnEmptyCellIsOlderThanEveryExecution) {
  EXPECT_EQ(ClockOf(0), 0u);
  EXPECT_EQ(MakeEpoch(0, 0), 0u);
}

}  // namespace
}  // namespace heddle
