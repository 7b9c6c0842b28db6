// See dependence.h.
#include "strategy/dependence.h"

namespace heddle::strategy {
namespace {

using trace::DporOp;
using trace::OpKind;

enum class Use : uint8_t {
  kNothing,
  kReads,
  kWrites,
  kShares,     // takes an object together with others
  kTakes,      // takes an object alone
  kFutexWait,  // compares and enters the queue
  kFutexWake,
  kCreates,
  kOutside,
};

Use UseOf(OpKind kind, bool waits) {
  switch (kind) {
    case OpKind::kMutexLock:
    case OpKind::kMutexTimedLock:
    case OpKind::kCondRelock:
    case OpKind::kSpinLock:
    case OpKind::kWriteLock:
    case OpKind::kTimedWriteLock:
    case OpKind::kSemWait:
    case OpKind::kSemTimedWait:
    case OpKind::kOnce:
    case OpKind::kGuardAcquire:
      return waits ? Use::kTakes : Use::kWrites;
    case OpKind::kReadLock:
    case OpKind::kTimedReadLock:
      return waits ? Use::kShares : Use::kWrites;
    case OpKind::kAtomicLoad:
    case OpKind::kPlainRead:
      return Use::kReads;
    case OpKind::kCondWait:
    case OpKind::kCondTimedWait:
      return Use::kNothing;
    case OpKind::kFutexWait:
      return waits ? Use::kNothing : Use::kFutexWait;
    case OpKind::kFutexWake:
      return Use::kFutexWake;
    case OpKind::kBarrierWait:
      return waits ? Use::kNothing : Use::kWrites;
    case OpKind::kThreadCreate:
      return Use::kCreates;
    case OpKind::kIoRead:
    case OpKind::kIoWrite:
    case OpKind::kIoWait:
    case OpKind::kProcessWait:
    case OpKind::kSignalWait:
    case OpKind::kSignalSend:
      return Use::kOutside;
    case OpKind::kNone:
    case OpKind::kThreadStart:
    case OpKind::kThreadJoin:
    case OpKind::kThreadDetach:
    case OpKind::kThreadExit:
    case OpKind::kThreadCancel:
    case OpKind::kFence:
    case OpKind::kYield:
    case OpKind::kSleep:
    case OpKind::kClock:
    case OpKind::kMalloc:
    case OpKind::kFree:
    case OpKind::kChoose:
    case OpKind::kSpin:
    case OpKind::kExit:
      return Use::kNothing;
    case OpKind::kMutexTryLock:
    case OpKind::kMutexUnlock:
    case OpKind::kCondSignal:
    case OpKind::kCondBroadcast:
    case OpKind::kTryReadLock:
    case OpKind::kTryWriteLock:
    case OpKind::kRwUnlock:
    case OpKind::kSpinTryLock:
    case OpKind::kSpinUnlock:
    case OpKind::kSemTryWait:
    case OpKind::kSemPost:
    case OpKind::kSemGetValue:
    case OpKind::kGuardRelease:
    case OpKind::kAtomicStore:
    case OpKind::kAtomicRmw:
    case OpKind::kAtomicCas:
    case OpKind::kPlainWrite:
      return Use::kWrites;
  }
  return Use::kWrites;
}

}  // namespace

DporOp OpOf(const Announcement& announcement) {
  DporOp op = {};
  op.kind = static_cast<uint32_t>(announcement.kind);
  const auto touch = [&op](uint32_t object, uint32_t writes) {
    op.accesses[op.access_count++] = {object, writes};
  };
  const uint32_t object = ObjectKey(announcement.object);
  switch (UseOf(announcement.kind, announcement.waits)) {
    case Use::kNothing:
      break;
    case Use::kReads:
      touch(object, 0);
      break;
    case Use::kWrites:
      touch(object, 1);
      break;
    case Use::kShares:
      touch(object, 1);
      op.acquires = trace::kDporShared;
      break;
    case Use::kTakes:
      touch(object, 1);
      op.acquires = trace::kDporExclusive;
      break;
    case Use::kFutexWait:
      touch(object, 0);
      touch(QueueKey(announcement.object), 1);
      break;
    case Use::kFutexWake:
      touch(QueueKey(announcement.object), 1);
      break;
    case Use::kCreates:
      touch(kThreadNumbers, 1);
      break;
    case Use::kOutside:
      touch(kOutsideWorld, 1);
      break;
  }
  const bool enters_waiters = announcement.kind == OpKind::kMutexUnlock;
  if (announcement.also != 0) touch(ObjectKey(announcement.also), enters_waiters ? 0 : 1);
  return op;
}

}  // namespace heddle::strategy
