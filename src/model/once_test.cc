#include "model/once.h"

#include <gtest/gtest.h>

#include <string>

namespace heddle::model {
namespace {

using State = Once::State;
using EnterResult = Once::EnterResult;

constexpr ThreadId kT1{1};
constexpr ThreadId kT2{2};

TEST(OnceTest, TheFirstRunsAndTheOthersWaitUntilItIsDone) {
  Once once;
  EXPECT_EQ(once.state(), State::kUntouched);
  EXPECT_TRUE(once.CanEnter());
  EXPECT_EQ(once.Enter(kT1), EnterResult::kRun);
  EXPECT_EQ(once.state(), State::kRunning);
  EXPECT_EQ(once.runner(), kT1);
  EXPECT_FALSE(once.CanEnter());
  once.Finish();
  EXPECT_EQ(once.state(), State::kDone);
  EXPECT_EQ(once.runner(), kNoThread);
  for (const ThreadId thread : {kT1, kT2}) {
    EXPECT_TRUE(once.CanEnter());
    EXPECT_EQ(once.Enter(thread), EnterResult::kDone);
  }
}

// An initialiser that throws or is cancelled did not happen.
TEST(OnceTest, AfterAnAbortAnotherThreadTries) {
  Once once;
  EXPECT_EQ(once.Enter(kT1), EnterResult::kRun);
  once.Abort();
  EXPECT_EQ(once.state(), State::kUntouched);
  EXPECT_EQ(once.runner(), kNoThread);
  EXPECT_EQ(once.Enter(kT2), EnterResult::kRun);
  EXPECT_EQ(once.runner(), kT2);
  once.Finish();
  EXPECT_EQ(once.Enter(kT1), EnterResult::kDone);
}

TEST(OnceTest, AThreadNeverEntersItsOwnRunningInitialiser) {
  Once once;
  EXPECT_EQ(once.Enter(kT1), EnterResult::kRun);
  EXPECT_FALSE(once.CanEnter());
}

TEST(OnceTest, CanBeginInAnyState) {
  Once once;
  once.Reset(State::kDone);
  EXPECT_EQ(once.Enter(kT1), EnterResult::kDone);
  once.Reset(State::kRunning);
  EXPECT_FALSE(once.CanEnter());
  once.Reset(State::kUntouched);
  EXPECT_EQ(once.Enter(kT1), EnterResult::kRun);
}

// Two callers, each of which may throw once, in every order. Who is let in runs the initialiser, unless it is done.
struct Callers {
  enum class At { kOutside, kInside, kReturned };
  Once once;
  At at[2] = {At::kOutside, At::kOutside};
  bool thrown[2] = {};
  int completed = 0;
};

void ExploreAll(const Callers& before, const std::string& program, int* programs);

void Leave(Callers after, uint32_t caller, bool throws, const std::string& program, int* programs) {
  if (throws) {
    after.once.Abort();
    after.thrown[caller] = true;
  } else {
    after.once.Finish();
    ++after.completed;
  }
  after.at[caller] = throws ? Callers::At::kOutside : Callers::At::kReturned;
  ExploreAll(after, program + (throws ? "throw" : "finish") + std::to_string(caller) + " ",
             programs);
}

void ExploreAll(const Callers& before, const std::string& program, int* programs) {
  bool stuck = true;
  for (uint32_t caller = 0; caller < 2; ++caller) {
    if (before.at[caller] == Callers::At::kInside) {
      stuck = false;
      EXPECT_EQ(before.once.runner(), ThreadId{caller}) << program;
      Leave(before, caller, false, program, programs);
      if (!before.thrown[caller]) Leave(before, caller, true, program, programs);
    } else if (before.at[caller] == Callers::At::kOutside && before.once.CanEnter()) {
      stuck = false;
      Callers after = before;
      const bool runs = after.once.Enter(ThreadId{caller}) == EnterResult::kRun;
      EXPECT_EQ(runs, before.completed == 0) << program;
      after.at[caller] = runs ? Callers::At::kInside : Callers::At::kReturned;
      ExploreAll(after, program + "enter" + std::to_string(caller) + " ", programs);
    }
  }
  if (!stuck) return;
  ++*programs;
  EXPECT_EQ(before.completed, 1) << program << ": exactly once";
  for (const Callers::At at : before.at) EXPECT_EQ(at, Callers::At::kReturned) << program;
}

// The first to enter finishes (then the other enters: 1 way), or throws and then either enters. By who has thrown, the ways to
// an end are: both 2, one of them 1 + 1 + 2 = 4 (that one finishes; the other one finishes or throws), none 2 * (1 + 4) = 10.
TEST(OnceTest, TwoCallersThatMayThrowCompleteItExactlyOnceInExactlyTenWays) {
  int programs = 0;
  ExploreAll({}, "", &programs);
  EXPECT_EQ(programs, 10);
}

}  // namespace
}  // namespace heddle::model
