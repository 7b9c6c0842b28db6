#include "model/rwlock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/prng.h"

namespace heddle::model {
namespace {

constexpr ThreadId kT1{1};
constexpr ThreadId kT2{2};
constexpr ThreadId kT3{3};
constexpr bool kHoldsRead = true;
constexpr bool kWriterWaits = true;

TEST(RwLockTest, ReadersShareAndKeepWritersOut) {
  RwLock lock;
  EXPECT_EQ(lock.ReadLock(kT1), LockResult::kAcquired);
  EXPECT_EQ(lock.ReadLock(kT2), LockResult::kAcquired);
  EXPECT_EQ(lock.ReadLock(kT1), LockResult::kAcquired) << "a reader may read twice";
  EXPECT_EQ(lock.readers(), 3u);
  EXPECT_FALSE(lock.CanWriteLock(kT3));
  EXPECT_FALSE(lock.CanWriteLock(kT1)) << "a reader cannot become the writer";
  EXPECT_EQ(lock.WriteLock(kT1), LockResult::kBusy);
  EXPECT_EQ(lock.Unlock(kT1, kHoldsRead), UnlockResult::kStillHeld);
  EXPECT_EQ(lock.Unlock(kT2, kHoldsRead), UnlockResult::kStillHeld);
  EXPECT_EQ(lock.Unlock(kT1, kHoldsRead), UnlockResult::kReleased);
  EXPECT_TRUE(lock.CanWriteLock(kT3));
}

TEST(RwLockTest, AWriterKeepsEverybodyOut) {
  RwLock lock;
  EXPECT_EQ(lock.WriteLock(kT1), LockResult::kAcquired);
  EXPECT_EQ(lock.writer(), kT1);
  EXPECT_TRUE(lock.held());
  EXPECT_FALSE(lock.CanReadLock(kT2, !kWriterWaits));
  EXPECT_FALSE(lock.CanWriteLock(kT2));
  EXPECT_EQ(lock.ReadLock(kT2), LockResult::kBusy);
  EXPECT_EQ(lock.WriteLock(kT2), LockResult::kBusy);
  EXPECT_EQ(lock.Unlock(kT2, !kHoldsRead), UnlockResult::kNotOwner);
  EXPECT_EQ(lock.Unlock(kT1, !kHoldsRead), UnlockResult::kReleased);
  EXPECT_FALSE(lock.held());
}

TEST(RwLockTest, TheWriterIsToldThatItWouldWaitForItself) {
  RwLock lock;
  EXPECT_EQ(lock.WriteLock(kT1), LockResult::kAcquired);
  EXPECT_TRUE(lock.CanReadLock(kT1, !kWriterWaits));
  EXPECT_EQ(lock.ReadLock(kT1), LockResult::kDeadlock);
  EXPECT_TRUE(lock.CanWriteLock(kT1));
  EXPECT_EQ(lock.WriteLock(kT1), LockResult::kDeadlock);
  EXPECT_EQ(lock.readers(), 0u);
}

TEST(RwLockTest, AWrongUnlockIsNamed) {
  RwLock lock;
  EXPECT_EQ(lock.Unlock(kT1, !kHoldsRead), UnlockResult::kNotLocked);
  EXPECT_EQ(lock.ReadLock(kT1), LockResult::kAcquired);
  EXPECT_EQ(lock.Unlock(kT2, !kHoldsRead), UnlockResult::kNotOwner);
  EXPECT_EQ(lock.readers(), 1u);
}

TEST(RwLockTest, AWaitingWriterKeepsReadersOutOnlyIfWritersArePreferred) {
  RwLock plain;
  RwLock prefers;
  prefers.Reset(true);
  EXPECT_TRUE(prefers.prefers_writers());
  for (RwLock* lock : {&plain, &prefers}) EXPECT_EQ(lock->ReadLock(kT1), LockResult::kAcquired);
  for (const ThreadId thread :
       {kT1, kT3}) {  // also the one that reads already: that is the non-recursive part
    EXPECT_TRUE(plain.CanReadLock(thread, kWriterWaits));
    EXPECT_FALSE(prefers.CanReadLock(thread, kWriterWaits));
    EXPECT_TRUE(prefers.CanReadLock(thread, !kWriterWaits));
  }
}

// A writer that waits for a free lock is merely not scheduled yet: readers may still win.
TEST(RwLockTest, AFreeLockIsFreeForReadersWhateverIsPreferred) {
  RwLock prefers;
  prefers.Reset(true);
  EXPECT_TRUE(prefers.CanReadLock(kT1, kWriterWaits));
}

TEST(RwLockTest, ResetForgetsHoldersAndPreference) {
  RwLock lock;
  lock.Reset(true);
  EXPECT_EQ(lock.ReadLock(kT1), LockResult::kAcquired);
  lock.Reset();
  EXPECT_FALSE(lock.held());
  EXPECT_FALSE(lock.prefers_writers());
}

// --- every short program against the obvious thing: a list of readers and a list of writers ---

struct NaiveRwLock {
  std::vector<ThreadId> readers;
  std::vector<ThreadId> writers;

  [[nodiscard]] bool Reads(ThreadId thread) const {
    return std::count(readers.begin(), readers.end(), thread) != 0;
  }
  [[nodiscard]] bool Writes(ThreadId thread) const {
    return std::count(writers.begin(), writers.end(), thread) != 0;
  }
};

enum class Op { kRead, kWrite, kUnlock };

void LockStep(Op op, ThreadId thread, RwLock* lock, NaiveRwLock* naive) {
  const bool reads = op == Op::kRead;
  const bool free = naive->writers.empty() && (reads || naive->readers.empty());
  const LockResult expected = naive->Writes(thread) ? LockResult::kDeadlock
                              : free                ? LockResult::kAcquired
                                                    : LockResult::kBusy;
  const bool can = reads ? lock->CanReadLock(thread, !kWriterWaits) : lock->CanWriteLock(thread);
  ASSERT_EQ(can, expected != LockResult::kBusy);
  if (reads) {
    const bool held_back = lock->prefers_writers() && !naive->readers.empty();
    ASSERT_EQ(lock->CanReadLock(thread, kWriterWaits), can && !held_back);
  }
  ASSERT_EQ(reads ? lock->ReadLock(thread) : lock->WriteLock(thread), expected);
  if (expected == LockResult::kAcquired)
    (reads ? naive->readers : naive->writers).push_back(thread);
}

void UnlockStep(ThreadId thread, RwLock* lock, NaiveRwLock* naive) {
  const bool reads = naive->Reads(thread);
  const bool nobody = naive->readers.empty() && naive->writers.empty();
  const UnlockResult result = lock->Unlock(thread, reads);
  if (!reads && !naive->Writes(thread)) {
    ASSERT_EQ(result, nobody ? UnlockResult::kNotLocked : UnlockResult::kNotOwner);
    return;
  }
  std::vector<ThreadId>& list = reads ? naive->readers : naive->writers;
  list.erase(std::find(list.begin(), list.end(), thread));
  ASSERT_EQ(result, list.empty() ? UnlockResult::kReleased : UnlockResult::kStillHeld);
}

void Step(Op op, ThreadId thread, RwLock* lock, NaiveRwLock* naive) {
  if (op == Op::kUnlock) {
    ASSERT_NO_FATAL_FAILURE(UnlockStep(thread, lock, naive));
  } else {
    ASSERT_NO_FATAL_FAILURE(LockStep(op, thread, lock, naive));
  }
  ASSERT_EQ(lock->readers(), naive->readers.size());
  ASSERT_EQ(lock->writer(), naive->writers.empty() ? kNoThread : naive->writers[0]);
  ASSERT_LE(naive->writers.size(), 1u);
  ASSERT_TRUE(naive->writers.empty() || naive->readers.empty()) << "a writer is alone";
}

// All programs of three threads that lock for reading or writing and unlock: as the tree of their prefixes.
void ExploreAll(const RwLock& lock, const NaiveRwLock& naive, int steps_left,
                const std::string& program, int* programs) {
  if (steps_left == 0) return;
  for (const ThreadId thread : {kT1, kT2, kT3}) {
    for (const Op op : {Op::kRead, Op::kWrite, Op::kUnlock}) {
      RwLock lock_after = lock;
      NaiveRwLock naive_after = naive;
      const std::string longer =
          program + "rwu"[static_cast<int>(op)] + std::to_string(Index(thread)) + " ";
      ASSERT_NO_FATAL_FAILURE(Step(op, thread, &lock_after, &naive_after)) << longer;
      ++*programs;
      ASSERT_NO_FATAL_FAILURE(
          ExploreAll(lock_after, naive_after, steps_left - 1, longer, programs));
    }
  }
}

TEST(RwLockTest, AgreesWithListsOfHoldersOnEveryProgramOfFiveSteps) {
  for (const bool prefers_writers : {false, true}) {
    RwLock lock;
    lock.Reset(prefers_writers);
    int programs = 0;
    ExploreAll(lock, {}, 5, "", &programs);
    EXPECT_EQ(programs, 66'429) << "9 + 9^2 + ... + 9^5";
  }
}

TEST(RwLockTest, AgreesWithListsOfHoldersOnLongRandomPrograms) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Prng prng(seed);
    RwLock lock;
    lock.Reset(prng.Chance(500));
    NaiveRwLock naive;
    for (int step = 0; step < 400; ++step) {
      const ThreadId thread{prng.Below(8)};
      ASSERT_NO_FATAL_FAILURE(Step(static_cast<Op>(prng.Below(3)), thread, &lock, &naive))
          << seed << " " << step;
    }
  }
}

}  // namespace
}  // namespace heddle::model
