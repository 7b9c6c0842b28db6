// Mutexes (all types; trylock, timedlock, clocklock), spin locks and read-write locks.
//
// Covered: everything of pthread_mutex_*, pthread_spin_*, pthread_rwlock_* that waits or wakes; misuse is a finding.
// Not covered: robust mutexes (the owner's death is not noticed), priority protocols (no effect), locks shared with
// other processes (only this process is seen). Each is said once.
#include "intercept/entry.h"
#include "intercept/mutex_type.h"

namespace heddle::intercept {
namespace {

using engine::ObjectKind;
using engine::SyncObject;
using model::MutexKind;

SyncObject* Find(pthread_mutex_t* mutex) {
  const int kind = mutex->__data.__kind;
  if (kind > 0 && (kind & kMutexRobustBit) != 0) {
    g_engine.NoteUncontrolled("robust mutex",
                              "treated as an ordinary one: the death of its owner is not noticed");
  }
  if (kind > 0 && (kind & kMutexSharedBit) != 0) {
    g_engine.NoteUncontrolled("process-shared mutex", "only the threads of this process are seen");
  }
  return g_engine.MutexAt(mutex, MutexKindOf(*mutex));
}

int LockUntil(pthread_mutex_t* mutex, clockid_t clock, const timespec* time, uintptr_t pc) {
  SyncObject* object = Find(mutex);
  // An invalid time is an error only if there is something to wait for.
  if (!Valid(*time))
    return object->mutex.held() ? EINVAL
                                : g_engine.LockMutex(object, OpKind::kMutexLock, nullptr, pc);
  const uint64_t deadline = ToVirtual(clock, *time);
  return g_engine.LockMutex(object, OpKind::kMutexTimedLock, &deadline, pc);
}

SyncObject* FindRw(pthread_rwlock_t* lock);

int LockRwUntil(pthread_rwlock_t* lock, bool write, clockid_t clock, const timespec* time,
                uintptr_t pc) {
  if (!Valid(*time)) return EINVAL;
  const uint64_t deadline = ToVirtual(clock, *time);
  return g_engine.LockRw(FindRw(lock), write, &deadline, pc);
}

SyncObject* FindRw(pthread_rwlock_t* lock) {
  return g_engine.RwLockAt(lock,
                           lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
}

SyncObject* FindSpin(pthread_spinlock_t* lock) {
  return g_engine.MutexAt(const_cast<const int*>(lock), MutexKind::kSpin);
}

}  // namespace

HEDDLE_ENTRY int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  Gate gate;
  if (gate.controlled()) g_engine.DestroyLock(mutex, ObjectKind::kMutex, HEDDLE_CALLER_PC);
  return Real().pthread_mutex_init(mutex, attributes);
}

HEDDLE_ENTRY int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  Gate gate;
  if (gate.controlled()) g_engine.DestroyLock(mutex, ObjectKind::kMutex, HEDDLE_CALLER_PC);
  return Real().pthread_mutex_destroy(mutex);
}

HEDDLE_HOT_ENTRY int pthread_mutex_lock(pthread_mutex_t* mutex) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_mutex_lock(mutex);
  return g_engine.LockMutex(Find(mutex), OpKind::kMutexLock, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_mutex_trylock(mutex);
  return g_engine.TryLockMutex(Find(mutex), OpKind::kMutexTryLock, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_mutex_timedlock(mutex, time);
  return LockUntil(mutex, CLOCK_REALTIME, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                         const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_mutex_clocklock(mutex, clock, time);
  return LockUntil(mutex, clock, time, HEDDLE_CALLER_PC);
}

HEDDLE_HOT_ENTRY int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_mutex_unlock(mutex);
  return g_engine.UnlockMutex(Find(mutex), OpKind::kMutexUnlock, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_spin_init(pthread_spinlock_t* lock, int shared) {
  Gate gate;
  if (gate.controlled())
    g_engine.DestroyLock(const_cast<const int*>(lock), ObjectKind::kMutex, HEDDLE_CALLER_PC);
  return Real().pthread_spin_init(lock, shared);
}

HEDDLE_ENTRY int pthread_spin_destroy(pthread_spinlock_t* lock) {
  Gate gate;
  if (gate.controlled())
    g_engine.DestroyLock(const_cast<const int*>(lock), ObjectKind::kMutex, HEDDLE_CALLER_PC);
  return Real().pthread_spin_destroy(lock);
}

HEDDLE_ENTRY int pthread_spin_lock(pthread_spinlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_spin_lock(lock);
  return g_engine.LockMutex(FindSpin(lock), OpKind::kSpinLock, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_spin_trylock(pthread_spinlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_spin_trylock(lock);
  return g_engine.TryLockMutex(FindSpin(lock), OpKind::kSpinTryLock, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_spin_unlock(pthread_spinlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_spin_unlock(lock);
  return g_engine.UnlockMutex(FindSpin(lock), OpKind::kSpinUnlock, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_init(pthread_rwlock_t* lock,
                                     const pthread_rwlockattr_t* attributes) {
  Gate gate;
  if (gate.controlled()) g_engine.DestroyLock(lock, ObjectKind::kRwLock, HEDDLE_CALLER_PC);
  return Real().pthread_rwlock_init(lock, attributes);
}

HEDDLE_ENTRY int pthread_rwlock_destroy(pthread_rwlock_t* lock) {
  Gate gate;
  if (gate.controlled()) g_engine.DestroyLock(lock, ObjectKind::kRwLock, HEDDLE_CALLER_PC);
  return Real().pthread_rwlock_destroy(lock);
}

HEDDLE_ENTRY int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_rdlock(lock);
  return g_engine.LockRw(FindRw(lock), false, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_tryrdlock(lock);
  return g_engine.TryLockRw(FindRw(lock), false, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_timedrdlock(lock, time);
  return LockRwUntil(lock, false, CLOCK_REALTIME, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                            const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_clockrdlock(lock, clock, time);
  return LockRwUntil(lock, false, clock, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_wrlock(lock);
  return g_engine.LockRw(FindRw(lock), true, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_trywrlock(lock);
  return g_engine.TryLockRw(FindRw(lock), true, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_timedwrlock(lock, time);
  return LockRwUntil(lock, true, CLOCK_REALTIME, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                                            const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_clockwrlock(lock, clock, time);
  return LockRwUntil(lock, true, clock, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_rwlock_unlock(lock);
  return g_engine.UnlockRw(FindRw(lock), HEDDLE_CALLER_PC);
}

}  // namespace heddle::intercept
