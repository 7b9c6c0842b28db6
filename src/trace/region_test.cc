#include "trace/region.h"

#include <gtest/gtest.h>

#include <set>
#include <type_traits>

namespace heddle::trace {
namespace {

constexpr DecisionKind kKinds[] = {DecisionKind::kThread,       DecisionKind::kAdvanceTime,
                                   DecisionKind::kSpuriousWake, DecisionKind::kWeakFailure,
                                   DecisionKind::kWaiter,       DecisionKind::kChoice,
                                   DecisionKind::kReadiness,    DecisionKind::kSetting};
constexpr uint32_t kValueMax = (1u << kDecisionValueBits) - 1;

// Both sides map the same bytes: nothing in them may have a constructor, a destructor or a pointer table.
static_assert(std::is_trivially_copyable_v<Region> && std::is_standard_layout_v<Region>);
static_assert(std::is_trivially_copyable_v<Command> && std::is_trivially_copyable_v<Reply>);

TEST(DecisionTest, KeepsKindAndValueApart) {
  std::set<Decision> decisions;
  for (const DecisionKind kind : kKinds) {
    for (const uint32_t value : {0u, 1u, kThreadsMax - 1, 0x0800'0000u, kValueMax - 1, kValueMax}) {
      const Decision decision = MakeDecision(kind, value);
      EXPECT_EQ(KindOf(decision), kind);
      EXPECT_EQ(ValueOf(decision), value);
      EXPECT_TRUE(decisions.insert(decision).second) << "two decisions in one word";
    }
  }
}

TEST(DecisionTest, EveryThreadFits) { EXPECT_LE(kThreadsMax, kValueMax); }

// A card is a list of these words.
TEST(DecisionTest, TheWordsStay) {
  EXPECT_EQ(MakeDecision(DecisionKind::kThread, 3), 0x0000'0003u);
  EXPECT_EQ(MakeDecision(DecisionKind::kSpuriousWake, 1), 0x2000'0001u);
  EXPECT_EQ(MakeDecision(DecisionKind::kChoice, 5), 0x5000'0005u);
  EXPECT_EQ(MakeDecision(DecisionKind::kSetting, kValueMax), 0x7fff'ffffu);
  EXPECT_EQ(static_cast<uint32_t>(DecisionKind::kAdvanceTime), 1u);
  EXPECT_EQ(static_cast<uint32_t>(DecisionKind::kWeakFailure), 3u);
  EXPECT_EQ(static_cast<uint32_t>(DecisionKind::kWaiter), 4u);
  EXPECT_EQ(static_cast<uint32_t>(DecisionKind::kReadiness), 6u);
}

TEST(RegionTest, FlagsAreSingleBitsAndAllIsAllOfThem) {
  uint32_t seen = 0;
  for (const uint32_t flag :
       {uint32_t{kDetectRaces}, uint32_t{kDetectLockOrder}, uint32_t{kDetectHeap},
        uint32_t{kDetectThreadLeak}, uint32_t{kDetectExitStatus}, uint32_t{kDetectMutexMisuse},
        uint32_t{kDetectLivelock}, uint32_t{kAllowSpurious}, uint32_t{kAllowWeakFailure},
        uint32_t{kAllowEarlyTime}}) {
    EXPECT_EQ(flag & (flag - 1), 0u);
    EXPECT_EQ(seen & flag, 0u);
    seen |= flag;
  }
  EXPECT_EQ(seen, uint32_t{kDetectAll});
}

// The region is a sparse file: what is used first must come first and be aligned for atomic access.
TEST(RegionTest, CountersThatAreReadAtAnyTimeAreAligned) {
  EXPECT_EQ((offsetof(Region, live) + offsetof(Live, executions)) % 8, 0u);
  EXPECT_EQ((offsetof(Region, live) + offsetof(Live, heartbeat)) % 8, 0u);
  EXPECT_EQ(offsetof(Region, magic), 0u);
  EXPECT_LT(offsetof(Region, live), 4096u);
}

}  // namespace
}  // namespace heddle::trace
