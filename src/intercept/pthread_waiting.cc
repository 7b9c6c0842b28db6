// Condition variables, barriers and POSIX semaphores.
//
// Covered: all that waits or wakes, with every clock. Not covered: objects shared with other processes (only this
// process is seen; said once).
#include "intercept/entry.h"
#include "intercept/mutex_type.h"

namespace heddle::intercept {
namespace {

using engine::ObjectKind;
using engine::SyncObject;

SyncObject* MutexOf(pthread_mutex_t* mutex) { return g_engine.MutexAt(mutex, MutexKindOf(*mutex)); }

int WaitUntil(pthread_cond_t* condition, pthread_mutex_t* mutex, const clockid_t* clock,
              const timespec* time, uintptr_t pc) {
  if (!Valid(*time)) return EINVAL;
  SyncObject* object = g_engine.ConditionAt(condition);
  const uint64_t deadline = ToVirtual(clock != nullptr ? *clock : object->clock_id, *time);
  return g_engine.WaitCondition(object, MutexOf(mutex), &deadline, pc);
}

// A semaphore that was not initialised before our eyes (sem_open, a static one) starts with the value it has.
SyncObject* Find(sem_t* semaphore) {
  int value = 0;
  Real().sem_getvalue(semaphore, &value);
  return g_engine.SemaphoreAt(semaphore, static_cast<uint32_t>(value < 0 ? 0 : value));
}

int Answer(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int WaitSemaphoreUntil(sem_t* semaphore, clockid_t clock, const timespec* time, uintptr_t pc) {
  SyncObject* object = Find(semaphore);
  if (!Valid(*time))
    return object->semaphore.CanWait() ? g_engine.WaitSemaphore(object, true, nullptr, pc) : EINVAL;
  const uint64_t deadline = ToVirtual(clock, *time);
  return g_engine.WaitSemaphore(object, false, &deadline, pc);
}

}  // namespace

HEDDLE_ENTRY int pthread_cond_init(pthread_cond_t* condition,
                                   const pthread_condattr_t* attributes) {
  Gate gate;
  if (gate.controlled()) {
    g_engine.DestroyLock(condition, ObjectKind::kCondition, HEDDLE_CALLER_PC);
    if (attributes != nullptr) {
      SyncObject* object = g_engine.ConditionAt(condition);
      pthread_condattr_getclock(attributes, &object->clock_id);
    }
  }
  return Real().pthread_cond_init(condition, attributes);
}

HEDDLE_ENTRY int pthread_cond_destroy(pthread_cond_t* condition) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cond_destroy(condition);
  g_engine.DestroyLock(condition, ObjectKind::kCondition, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cond_wait(condition, mutex);
  return g_engine.WaitCondition(g_engine.ConditionAt(condition), MutexOf(mutex), nullptr,
                                HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                        const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cond_timedwait(condition, mutex, time);
  return WaitUntil(condition, mutex, nullptr, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                        clockid_t clock, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cond_clockwait(condition, mutex, clock, time);
  return WaitUntil(condition, mutex, &clock, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_cond_signal(pthread_cond_t* condition) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cond_signal(condition);
  g_engine.SignalCondition(g_engine.ConditionAt(condition), false, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int pthread_cond_broadcast(pthread_cond_t* condition) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cond_broadcast(condition);
  g_engine.SignalCondition(g_engine.ConditionAt(condition), true, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int pthread_barrier_init(pthread_barrier_t* barrier,
                                      const pthread_barrierattr_t* attributes, unsigned count) {
  const int error = Real().pthread_barrier_init(barrier, attributes, count);
  Gate gate;
  if (gate.controlled() && error == 0) g_engine.MakeBarrier(barrier, count, HEDDLE_CALLER_PC);
  return error;
}

HEDDLE_ENTRY int pthread_barrier_destroy(pthread_barrier_t* barrier) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_barrier_destroy(barrier);
  g_engine.DestroyLock(barrier, ObjectKind::kBarrier, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int pthread_barrier_wait(pthread_barrier_t* barrier) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_barrier_wait(barrier);
  return g_engine.WaitBarrierAt(barrier, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int sem_init(sem_t* semaphore, int shared, unsigned value) {
  const int error = Real().sem_init(semaphore, shared, value);
  Gate gate;
  if (gate.controlled() && error == 0) {
    if (shared != 0)
      g_engine.NoteUncontrolled("process-shared semaphore",
                                "only the threads of this process are seen");
    g_engine.DestroyLock(semaphore, ObjectKind::kSemaphore, HEDDLE_CALLER_PC);
    [[maybe_unused]] SyncObject* object = g_engine.SemaphoreAt(semaphore, value);
  }
  return error;
}

HEDDLE_ENTRY int sem_destroy(sem_t* semaphore) {
  Gate gate;
  if (gate.controlled()) g_engine.DestroyLock(semaphore, ObjectKind::kSemaphore, HEDDLE_CALLER_PC);
  return Real().sem_destroy(semaphore);
}

HEDDLE_ENTRY int sem_wait(sem_t* semaphore) {
  Gate gate;
  if (!gate.controlled()) return Real().sem_wait(semaphore);
  return Answer(g_engine.WaitSemaphore(Find(semaphore), false, nullptr, HEDDLE_CALLER_PC));
}

HEDDLE_ENTRY int sem_trywait(sem_t* semaphore) {
  Gate gate;
  if (!gate.controlled()) return Real().sem_trywait(semaphore);
  return Answer(g_engine.WaitSemaphore(Find(semaphore), true, nullptr, HEDDLE_CALLER_PC));
}

HEDDLE_ENTRY int sem_timedwait(sem_t* semaphore, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().sem_timedwait(semaphore, time);
  return Answer(WaitSemaphoreUntil(semaphore, CLOCK_REALTIME, time, HEDDLE_CALLER_PC));
}

HEDDLE_ENTRY int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().sem_clockwait(semaphore, clock, time);
  return Answer(WaitSemaphoreUntil(semaphore, clock, time, HEDDLE_CALLER_PC));
}

HEDDLE_ENTRY int sem_post(sem_t* semaphore) {
  Gate gate;
  if (!gate.controlled()) return Real().sem_post(semaphore);
  return Answer(g_engine.PostSemaphore(Find(semaphore), HEDDLE_CALLER_PC));
}

HEDDLE_ENTRY int sem_getvalue(sem_t* semaphore, int* value) {
  Gate gate;
  if (!gate.controlled()) return Real().sem_getvalue(semaphore, value);
  SyncObject* object = Find(semaphore);
  g_engine.ReadSemaphore(object, HEDDLE_CALLER_PC);
  *value = static_cast<int>(object->semaphore.value());
  return 0;
}

}  // namespace heddle::intercept
