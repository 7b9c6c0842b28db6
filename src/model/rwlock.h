// What a POSIX read-write lock means (pthread_rwlock_*, POSIX.1-2017), as a state machine without threads.
//
//   state      | read lock                      | write lock                  | unlock
//   -----------+--------------------------------+-----------------------------+---------------------------------
//   free       | readers 1                      | writer                      | kNotLocked
//   readers n  | n+1 (also by a reader)         | waits (also a reader: then  | n-1
//              |                                | nobody can ever help it)    |
//   writer w   | waits; by w itself: kDeadlock  | waits; by w: kDeadlock      | by w: free; others: kNotOwner
//
// glibc's default prefers readers, so a waiting writer does not keep readers out. A lock that prefers writers
// (PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) does, also a reader that holds the lock already. How many times each thread holds it for reading is counted by
// the engine in the thread's list of held locks.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "model/mutex.h"

namespace heddle::model {

class RwLock {
 public:
  void Reset(bool prefers_writers = false) {
    writer_ = kNoThread;
    readers_ = 0;
    prefers_writers_ = prefers_writers;
  }

  [[nodiscard]] bool prefers_writers() const { return prefers_writers_; }

  [[nodiscard]] ThreadId writer() const { return writer_; }
  [[nodiscard]] uint32_t readers() const { return readers_; }
  [[nodiscard]] bool held() const { return writer_ != kNoThread || readers_ != 0; }

  // True when the operation would answer without waiting, be it with success or kDeadlock. `writer_waits`: a thread waits
  // for the lock in order to write.
  [[nodiscard]] bool CanReadLock(ThreadId thread, bool writer_waits) const {
    if (prefers_writers_ && writer_waits && readers_ > 0) return false;
    return writer_ == kNoThread || writer_ == thread;
  }
  [[nodiscard]] bool CanWriteLock(ThreadId thread) const {
    return (writer_ == kNoThread && readers_ == 0) || writer_ == thread;
  }

  LockResult ReadLock(ThreadId thread) {
    if (writer_ == thread) return LockResult::kDeadlock;
    if (writer_ != kNoThread) return LockResult::kBusy;
    ++readers_;
    return LockResult::kAcquired;
  }

  LockResult WriteLock(ThreadId thread) {
    if (writer_ == thread) return LockResult::kDeadlock;
    if (writer_ != kNoThread || readers_ != 0) return LockResult::kBusy;
    writer_ = thread;
    return LockResult::kAcquired;
  }

  // `holds_read` says whether the caller holds it for reading.
  UnlockResult Unlock(ThreadId thread, bool holds_read) {
    if (writer_ == thread) {
      writer_ = kNoThread;
      return UnlockResult::kReleased;
    }
    if (writer_ != kNoThread) return UnlockResult::kNotOwner;
    if (readers_ == 0) return UnlockResult::kNotLocked;
    if (!holds_read) return UnlockResult::kNotOwner;
    --readers_;
    return readers_ == 0 ? UnlockResult::kReleased : UnlockResult::kStillHeld;
  }

 private:
  ThreadId writer_ = kNoThread;
  uint32_t readers_ = 0;
  bool prefers_writers_ = false;
};

}  // namespace heddle::model
