// Heddle finds each bug in the design of the reports, and nothing in the other one with the same budget.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "heddle/gtest.h"
#include "systems/vsphere/scenarios.h"

namespace vsphere {
namespace {

using systems::Variant;
using Run = void (*)(Variant);

// An execution takes some ten milliseconds: an inventory is built, and answers are encoded.
constexpr std::uint64_t kSchedules = 150;

void ExpectFound(Run scenario, const std::string& verdict) {
  const heddle::Result result = heddle::detail::ExploreForTest(
      [scenario] { scenario(Variant::kAsReported); }, {.schedules = kSchedules});
  if (!result.explored()) GTEST_SKIP() << "built without Heddle: nothing is explored";
  ASSERT_FALSE(result.findings().empty()) << result.ToString();
  EXPECT_EQ(result.findings().front().verdict, verdict) << result.ToString();
}

void ExpectHolds(Run scenario) {
  EXPECT_EXPLORED([scenario] { scenario(Variant::kFixed); }, {.schedules = kSchedules});
}

TEST(Reported, AsReportedReadsWhatIsWritten) { ExpectFound(Reported, "data-race"); }
TEST(Reported, FixedHolds) { ExpectHolds(Reported); }

TEST(UpdatePath, AsReportedReadsWhatIsWritten) { ExpectFound(UpdatePath, "data-race"); }
TEST(UpdatePath, FixedHolds) { ExpectHolds(UpdatePath); }

TEST(Traversal, AsReportedFollowsALiveList) { ExpectFound(Traversal, "data-race"); }
TEST(Traversal, FixedHolds) { ExpectHolds(Traversal); }

TEST(FilterSync, AsReportedHasAPlainFlag) { ExpectFound(FilterSync, "data-race"); }
TEST(FilterSync, FixedHolds) { ExpectHolds(FilterSync); }

TEST(DestroyFilter, AsReportedHasAnUnguardedList) { ExpectFound(DestroyFilter, "data-race"); }
TEST(DestroyFilter, FixedHolds) { ExpectHolds(DestroyFilter); }

TEST(LockInversion, AsReportedDeadlocks) { ExpectFound(LockInversion, "deadlock"); }
TEST(LockInversion, FixedHolds) { ExpectHolds(LockInversion); }

TEST(Relocation, AsReportedLosesTheMachineForAWhile) { ExpectFound(Relocation, "crash"); }
TEST(Relocation, FixedHolds) { ExpectHolds(Relocation); }

TEST(LostCard, AsReportedReadsPastTheEnd) { ExpectFound(LostCard, "crash"); }
TEST(LostCard, FixedHolds) { ExpectHolds(LostCard); }

TEST(PowerOnMulti, AsReportedSharesOneLockOwner) { ExpectFound(PowerOnMulti, "data-race"); }
TEST(PowerOnMulti, FixedHolds) { ExpectHolds(PowerOnMulti); }

}  // namespace
}  // namespace vsphere
