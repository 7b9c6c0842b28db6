// What a POSIX mutex means (pthread_mutex_*, POSIX.1-2017), as a state machine without threads. Spin locks use the same
// machine with kind kSpin.
//
//   state        | Lock by owner                          | Lock by other | Unlock by owner | Unlock by other
//   -------------+----------------------------------------+---------------+-----------------+------------------------
//   free         | -                                      | owned, 1      | -               | kNotLocked
//   owned, n     | normal: never again enabled;           | waits         | n-1; 0: free    | kNotOwner
//                | recursive: n+1; error-check: kDeadlock |               |                 |
//
// A lock operation is enabled when CanLock says so; the engine lets a thread execute it only then.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace heddle::model {

enum class MutexKind : uint8_t { kNormal, kRecursive, kErrorCheck, kSpin };

enum class LockResult : uint8_t {
  kAcquired,
  kBusy,      // owned by another thread
  kDeadlock,  // error-check: the caller owns it already
  kTooDeep,   // recursive: the count would overflow (EAGAIN)
};

enum class UnlockResult : uint8_t {
  kReleased,   // free now
  kStillHeld,  // recursive: one level less
  kNotOwner,   // held by another thread
  kNotLocked,  // held by nobody
};

class Mutex {
 public:
  static constexpr uint32_t kDepthMax = 1u << 24;

  void Reset(MutexKind kind) {
    owner_ = kNoThread;
    depth_ = 0;
    kind_ = kind;
  }

  [[nodiscard]] ThreadId owner() const { return owner_; }
  [[nodiscard]] uint32_t depth() const { return depth_; }
  [[nodiscard]] MutexKind kind() const { return kind_; }
  [[nodiscard]] bool held() const { return depth_ != 0; }
  [[nodiscard]] bool HeldBy(ThreadId thread) const { return depth_ != 0 && owner_ == thread; }

  // True when Lock(thread) would answer without waiting, be it with success or with an error.
  [[nodiscard]] bool CanLock(ThreadId thread) const {
    if (depth_ == 0) return true;
    return owner_ == thread && (kind_ == MutexKind::kRecursive || kind_ == MutexKind::kErrorCheck);
  }

  LockResult Lock(ThreadId thread) {
    if (depth_ == 0) {
      owner_ = thread;
      depth_ = 1;
      return LockResult::kAcquired;
    }
    if (owner_ != thread || kind_ == MutexKind::kNormal || kind_ == MutexKind::kSpin)
      return LockResult::kBusy;
    if (kind_ == MutexKind::kErrorCheck) return LockResult::kDeadlock;
    if (depth_ == kDepthMax) return LockResult::kTooDeep;
    ++depth_;
    return LockResult::kAcquired;
  }

  // Like Lock, but an error-check mutex that the caller owns is busy, as POSIX says.
  LockResult TryLock(ThreadId thread) {
    const LockResult result = Lock(thread);
    return result == LockResult::kDeadlock ? LockResult::kBusy : result;
  }

  UnlockResult Unlock(ThreadId thread) {
    if (depth_ == 0) return UnlockResult::kNotLocked;
    if (owner_ != thread) return UnlockResult::kNotOwner;
    if (--depth_ > 0) return UnlockResult::kStillHeld;
    owner_ = kNoThread;
    return UnlockResult::kReleased;
  }

  // A normal mutex that is unlocked by somebody else becomes free in practice; programs do it, and are told.
  void ForceUnlock() {
    owner_ = kNoThread;
    depth_ = 0;
  }

  // Condition variables release every level at once and take them back afterwards.
  uint32_t ReleaseAll() {
    const uint32_t depth = depth_;
    ForceUnlock();
    return depth;
  }
  // REQUIRES: not held.
  void AcquireWithDepth(ThreadId thread, uint32_t depth) {
    owner_ = thread;
    depth_ = depth;
  }

 private:
  ThreadId owner_ = kNoThread;
  uint32_t depth_ = 0;
  MutexKind kind_ = MutexKind::kNormal;
};

}  // namespace heddle::model
