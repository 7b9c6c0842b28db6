// Which steps of different threads commute: the base of the search without repetitions (dpor.h).
//
// A step is what a thread does from one announcement to the next. What it touches is known when it is announced and does
// not depend on how it turns out: a compare-exchange that fails counts as a write, like one that succeeds. So what is known
// of a step stays true while other threads move, and two steps without a common object commute.
//
//   step                                       touches
//   locks, unlocks, tries, semaphores, once    the object (W); acquiring blocks until it is available
//   atomic load                                the location (R)
//   atomic store, update, compare-exchange     the location (W)
//   gives up a mutex to wait on a condition    the mutex (W), the condition's waiters (R: entering them commutes)
//   signal, broadcast                          the condition's waiters (W)
//   compares and waits on a futex              the location (R), the futex's queue (W: the first in it is woken first)
//   wakes a futex                              the futex's queue (W)
//   arrives at a barrier                       the barrier (W)
//   finishes a function-local static           the static (W) and the byte that compiled code reads (W)
//   creates a thread                           the numbers of threads (W)
//   uses the outside world                     the outside world (W)
//   goes on after a wake-up, a join, a spin    nothing: what enabled it happens before it
#pragma once

#include "trace/dpor_state.h"
#include "trace/operation.h"

namespace heddle::strategy {

// What stands for objects that are none of the program's.
inline constexpr uint32_t kThreadNumbers = 0;
inline constexpr uint32_t kOutsideWorld = 1;
[[nodiscard]] constexpr uint32_t ObjectKey(uint32_t object) { return 2 * object; }
[[nodiscard]] constexpr uint32_t QueueKey(uint32_t object) { return 2 * object + 1; }

// Whether the order of two steps of different threads can matter.
[[nodiscard]] inline bool Dependent(const trace::DporOp& a, const trace::DporOp& b) {
  for (uint32_t i = 0; i < a.access_count; ++i) {
    for (uint32_t k = 0; k < b.access_count; ++k) {
      if (a.accesses[i].object == b.accesses[k].object &&
          (a.accesses[i].writes | b.accesses[k].writes) != 0)
        return true;
    }
  }
  return false;
}

// What a thread is about to do, as the engine says it. `waits`: the operation is one that can be disabled. `also` is a second
// object that the step changes, or 0; when a mutex is given up to wait, the condition variable whose waiters it enters.
struct Announcement {
  trace::OpKind kind;
  uint32_t object;
  bool waits;
  uint32_t also;
};

[[nodiscard]] trace::DporOp OpOf(const Announcement& announcement);

}  // namespace heddle::strategy
