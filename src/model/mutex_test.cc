#include "model/mutex.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace heddle::model {
namespace {

constexpr ThreadId kT1{1};
constexpr ThreadId kT2{2};
constexpr MutexKind kAllKinds[] = {MutexKind::kNormal, MutexKind::kRecursive,
                                   MutexKind::kErrorCheck, MutexKind::kSpin};

Mutex Make(MutexKind kind) {
  Mutex mutex;
  mutex.Reset(kind);
  return mutex;
}

// --- the table at the top of mutex.h, row by row ---

TEST(MutexTest, AFreeMutexIsTakenByWhoeverAsks) {
  for (const MutexKind kind : kAllKinds) {
    Mutex mutex = Make(kind);
    EXPECT_FALSE(mutex.held());
    EXPECT_TRUE(mutex.CanLock(kT1));
    EXPECT_EQ(mutex.Lock(kT1), LockResult::kAcquired);
    EXPECT_TRUE(mutex.HeldBy(kT1));
    EXPECT_FALSE(mutex.HeldBy(kT2));
    EXPECT_EQ(mutex.owner(), kT1);
    EXPECT_EQ(mutex.depth(), 1u);
    EXPECT_EQ(mutex.kind(), kind);
  }
}

TEST(MutexTest, OthersWaitUntilTheOwnerUnlocks) {
  for (const MutexKind kind : kAllKinds) {
    Mutex mutex = Make(kind);
    EXPECT_EQ(mutex.Lock(kT1), LockResult::kAcquired);
    EXPECT_FALSE(mutex.CanLock(kT2));
    EXPECT_EQ(mutex.TryLock(kT2), LockResult::kBusy);
    EXPECT_EQ(mutex.Unlock(kT2), UnlockResult::kNotOwner);
    EXPECT_TRUE(mutex.HeldBy(kT1)) << "neither changed anything";
    EXPECT_EQ(mutex.Unlock(kT1), UnlockResult::kReleased);
    EXPECT_EQ(mutex.owner(), kNoThread);
    EXPECT_TRUE(mutex.CanLock(kT2));
    EXPECT_EQ(mutex.Unlock(kT1), UnlockResult::kNotLocked);
  }
}

TEST(MutexTest, LockingTwiceDependsOnTheKind) {
  for (const MutexKind kind : {MutexKind::kNormal, MutexKind::kSpin}) {
    Mutex mutex = Make(kind);
    EXPECT_EQ(mutex.Lock(kT1), LockResult::kAcquired);
    EXPECT_FALSE(mutex.CanLock(kT1)) << "the thread waits for itself, for ever";
    EXPECT_EQ(mutex.TryLock(kT1), LockResult::kBusy);
    EXPECT_EQ(mutex.depth(), 1u);
  }
  Mutex checking = Make(MutexKind::kErrorCheck);
  EXPECT_EQ(checking.Lock(kT1), LockResult::kAcquired);
  EXPECT_TRUE(checking.CanLock(kT1)) << "the answer is an error, at once";
  EXPECT_EQ(checking.Lock(kT1), LockResult::kDeadlock);
  EXPECT_EQ(checking.TryLock(kT1), LockResult::kBusy);
  EXPECT_EQ(checking.Unlock(kT1), UnlockResult::kReleased);
}

TEST(MutexTest, ARecursiveMutexIsFreeAfterAsManyUnlocks) {
  Mutex mutex = Make(MutexKind::kRecursive);
  for (uint32_t depth = 1; depth <= 5; ++depth) {
    EXPECT_TRUE(mutex.CanLock(kT1));
    EXPECT_EQ(depth % 2 == 0 ? mutex.Lock(kT1) : mutex.TryLock(kT1), LockResult::kAcquired);
    EXPECT_EQ(mutex.depth(), depth);
    EXPECT_FALSE(mutex.CanLock(kT2));
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(mutex.Unlock(kT1), UnlockResult::kStillHeld);
  EXPECT_EQ(mutex.Unlock(kT1), UnlockResult::kReleased);
  EXPECT_TRUE(mutex.CanLock(kT2));
}

TEST(MutexTest, ARecursiveMutexDoesNotOverflow) {
  Mutex mutex = Make(MutexKind::kRecursive);
  mutex.AcquireWithDepth(kT1, Mutex::kDepthMax);
  EXPECT_EQ(mutex.Lock(kT1), LockResult::kTooDeep);
  EXPECT_EQ(mutex.depth(), Mutex::kDepthMax);
  EXPECT_EQ(mutex.Unlock(kT1), UnlockResult::kStillHeld);
  EXPECT_EQ(mutex.Lock(kT1), LockResult::kAcquired);
}

// Waiting on a condition variable lets go of every level, and takes them all back.
TEST(MutexTest, AllLevelsAreReleasedAndTakenBackAtOnce) {
  Mutex mutex = Make(MutexKind::kRecursive);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(mutex.Lock(kT1), LockResult::kAcquired);
  EXPECT_EQ(mutex.ReleaseAll(), 3u);
  EXPECT_EQ(mutex.Lock(kT2), LockResult::kAcquired);
  EXPECT_EQ(mutex.Unlock(kT2), UnlockResult::kReleased);
  mutex.AcquireWithDepth(kT1, 3);
  EXPECT_TRUE(mutex.HeldBy(kT1));
  EXPECT_EQ(mutex.Unlock(kT1), UnlockResult::kStillHeld);
}

TEST(MutexTest, AForcedUnlockAndAResetMakeItFree) {
  Mutex mutex = Make(MutexKind::kNormal);
  EXPECT_EQ(mutex.Lock(kT1), LockResult::kAcquired);
  mutex.ForceUnlock();
  EXPECT_TRUE(mutex.CanLock(kT2));
  EXPECT_EQ(mutex.Lock(kT2), LockResult::kAcquired);
  mutex.Reset(MutexKind::kErrorCheck);
  EXPECT_FALSE(mutex.held());
  EXPECT_EQ(mutex.kind(), MutexKind::kErrorCheck);
}

// --- every short program against the obvious thing: a list of who locked ---

class NaiveMutex {
 public:
  explicit NaiveMutex(MutexKind kind) : kind_(kind) {}

  [[nodiscard]] bool MayHave(ThreadId thread) const {
    return lockers_.empty() || (kind_ == MutexKind::kRecursive && lockers_.back() == thread);
  }
  [[nodiscard]] bool Waits(ThreadId thread) const {
    const bool error =
        kind_ == MutexKind::kErrorCheck && !lockers_.empty() && lockers_.back() == thread;
    return !MayHave(thread) && !error;
  }
  void Lock(ThreadId thread) { lockers_.push_back(thread); }
  [[nodiscard]] UnlockResult Unlock(ThreadId thread) {
    if (lockers_.empty()) return UnlockResult::kNotLocked;
    if (lockers_.back() != thread) return UnlockResult::kNotOwner;
    lockers_.pop_back();
    return lockers_.empty() ? UnlockResult::kReleased : UnlockResult::kStillHeld;
  }
  [[nodiscard]] const std::vector<ThreadId>& lockers() const { return lockers_; }

 private:
  MutexKind kind_;
  std::vector<ThreadId> lockers_;
};

enum class Op { kLock, kTryLock, kUnlock };

void Step(Op op, ThreadId thread, Mutex* mutex, NaiveMutex* naive) {
  if (op == Op::kUnlock) {
    ASSERT_EQ(mutex->Unlock(thread), naive->Unlock(thread));
    return;
  }
  ASSERT_EQ(mutex->CanLock(thread), !naive->Waits(thread));
  if (op == Op::kLock && naive->Waits(thread)) return;  // the engine would not let it go on
  const LockResult result = op == Op::kLock ? mutex->Lock(thread) : mutex->TryLock(thread);
  const LockResult refusal = op == Op::kLock ? LockResult::kDeadlock : LockResult::kBusy;
  ASSERT_EQ(result, naive->MayHave(thread) ? LockResult::kAcquired : refusal);
  if (result == LockResult::kAcquired) naive->Lock(thread);
}

// All 6 + 6^2 + ... + 6^6 programs of two threads that lock, try to lock and unlock: as the tree of their prefixes.
void ExploreAll(const Mutex& mutex, const NaiveMutex& naive, int steps_left,
                const std::string& program, int* programs) {
  if (steps_left == 0) return;
  for (const ThreadId thread : {kT1, kT2}) {
    for (const Op op : {Op::kLock, Op::kTryLock, Op::kUnlock}) {
      Mutex mutex_after = mutex;
      NaiveMutex naive_after = naive;
      const std::string longer =
          program + "ltu"[static_cast<int>(op)] + std::to_string(Index(thread)) + " ";
      ASSERT_NO_FATAL_FAILURE(Step(op, thread, &mutex_after, &naive_after)) << longer;
      ASSERT_EQ(mutex_after.depth(), naive_after.lockers().size()) << longer;
      ASSERT_EQ(mutex_after.owner(),
                naive_after.lockers().empty() ? kNoThread : naive_after.lockers().back())
          << longer;
      ++*programs;
      ASSERT_NO_FATAL_FAILURE(
          ExploreAll(mutex_after, naive_after, steps_left - 1, longer, programs));
    }
  }
}

TEST(MutexTest, AgreesWithAListOfLockersOnEveryProgramOfSixSteps) {
  for (const MutexKind kind : kAllKinds) {
    int programs = 0;
    ExploreAll(Make(kind), NaiveMutex(kind), 6, "", &programs);
    EXPECT_EQ(programs, 55'986) << "6 + 6^2 + ... + 6^6";
  }
}

}  // namespace
}  // namespace heddle::model
