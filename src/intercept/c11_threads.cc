// C11's <threads.h>: thrd_*, mtx_*, cnd_*, call_once. glibc implements them on its pthread functions, but calls those
// inside of libc, where nobody sees it; here they go through our own.
//
// Covered: all of them. mtx_t, cnd_t and once_flag have the layout of their pthread counterparts in glibc, and tss_* are
// pthread keys.
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

pthread_mutex_t* Mutex(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* Condition(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int Answer(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    default:
      return thrd_error;
  }
}

// A C11 thread returns int; a pthread returns a pointer. The start routine is handed over in two words on the heap of
// the creator.
struct Start {
  thrd_start_t routine;
  void* argument;
};

void* Run(void* memory) {
  const Start start = *static_cast<Start*>(memory);
  free(memory);
  return reinterpret_cast<void*>(static_cast<intptr_t>(start.routine(start.argument)));
}

}  // namespace

HEDDLE_ENTRY int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
  auto* start = static_cast<Start*>(malloc(sizeof(Start)));
  if (start == nullptr) return thrd_nomem;
  *start = {routine, argument};
  const int error = pthread_create(thread, nullptr, &Run, start);
  if (error != 0) free(start);
  return error == EAGAIN ? thrd_nomem : Answer(error);
}

HEDDLE_ENTRY int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return Answer(error);
}

HEDDLE_ENTRY int thrd_detach(thrd_t thread) { return Answer(pthread_detach(thread)); }

HEDDLE_ENTRY __attribute__((noreturn)) void thrd_exit(int result) {
  pthread_exit(reinterpret_cast<void*>(static_cast<intptr_t>(result)));
}

HEDDLE_ENTRY void thrd_yield() { sched_yield(); }

HEDDLE_ENTRY int thrd_sleep(const timespec* time, timespec* remaining) {
  return nanosleep(time, remaining) == 0 ? 0 : errno == EINTR ? -1 : -2;
}

HEDDLE_ENTRY int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(
      &attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int error = pthread_mutex_init(Mutex(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return Answer(error);
}

HEDDLE_ENTRY void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Mutex(mutex)); }
HEDDLE_ENTRY int mtx_lock(mtx_t* mutex) { return Answer(pthread_mutex_lock(Mutex(mutex))); }
HEDDLE_ENTRY int mtx_trylock(mtx_t* mutex) { return Answer(pthread_mutex_trylock(Mutex(mutex))); }
HEDDLE_ENTRY int mtx_timedlock(mtx_t* mutex, const timespec* time) {
  return Answer(pthread_mutex_timedlock(Mutex(mutex), time));
}
HEDDLE_ENTRY int mtx_unlock(mtx_t* mutex) { return Answer(pthread_mutex_unlock(Mutex(mutex))); }

HEDDLE_ENTRY int cnd_init(cnd_t* condition) {
  return Answer(pthread_cond_init(Condition(condition), nullptr));
}
HEDDLE_ENTRY void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(Condition(condition)); }
HEDDLE_ENTRY int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return Answer(pthread_cond_wait(Condition(condition), Mutex(mutex)));
}
HEDDLE_ENTRY int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* time) {
  return Answer(pthread_cond_timedwait(Condition(condition), Mutex(mutex), time));
}
HEDDLE_ENTRY int cnd_signal(cnd_t* condition) {
  return Answer(pthread_cond_signal(Condition(condition)));
}
HEDDLE_ENTRY int cnd_broadcast(cnd_t* condition) {
  return Answer(pthread_cond_broadcast(Condition(condition)));
}

HEDDLE_ENTRY void call_once(once_flag* flag, void (*routine)()) {
  pthread_once(reinterpret_cast<pthread_once_t*>(flag), routine);
}

HEDDLE_ENTRY int tss_create(tss_t* key, tss_dtor_t destructor) {
  return Answer(pthread_key_create(key, destructor));
}
HEDDLE_ENTRY void tss_delete(tss_t key) { pthread_key_delete(key); }

}  // namespace heddle::intercept
