// The futex system call as programs make it, through syscall(): std::atomic::wait and notify, std::latch, std::barrier
// and std::counting_semaphore of libstdc++, and hand-written locks.
//
// Covered: FUTEX_WAIT, WAIT_BITSET, WAKE, WAKE_BITSET, REQUEUE and CMP_REQUEUE (as a wake of all: woken threads compare
// again). Not covered: priority-inheritance futexes and WAKE_OP (exit status 4, by name). Also answered here: gettid,
// sched_yield, sched_setattr (without effect), sched_getattr (of the process), getrandom. Every other call goes to the kernel.
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "base/check.h"
#include "intercept/entry.h"
#include "intercept/random.h"
#include "sys/raw_syscall.h"

namespace heddle::intercept {
namespace {

long Answer(long result) {
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}

long Wait(uintptr_t address, int operation, uint32_t expected, const timespec* time,
          uint32_t bitset, uintptr_t pc) {
  if (time == nullptr) return -g_engine.WaitFutex(address, expected, bitset, nullptr, pc);
  if (!Valid(*time)) return -EINVAL;
  const bool absolute = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  const clockid_t clock =
      (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  const uint64_t deadline = absolute ? ToVirtual(clock, *time) : g_engine.Now() + ToNs(*time);
  return -g_engine.WaitFutex(address, expected, bitset, &deadline, pc);
}

long Futex(const long* arguments, uintptr_t pc) {
  const auto address = static_cast<uintptr_t>(arguments[0]);
  const int operation = static_cast<int>(arguments[1]);
  const auto value = static_cast<uint32_t>(arguments[2]);
  const auto* time = reinterpret_cast<const timespec*>(arguments[3]);
  const auto bitset = static_cast<uint32_t>(arguments[5]);
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
      return Wait(address, operation, value, time, FUTEX_BITSET_MATCH_ANY, pc);
    case FUTEX_WAIT_BITSET:
      return Wait(address, operation, value, time, bitset, pc);
    case FUTEX_WAKE:
      return g_engine.WakeFutex(address, value, FUTEX_BITSET_MATCH_ANY, pc);
    case FUTEX_WAKE_BITSET:
      return g_engine.WakeFutex(address, value, bitset, pc);
    case FUTEX_CMP_REQUEUE:
      if (__atomic_load_n(reinterpret_cast<const uint32_t*>(address), __ATOMIC_RELAXED) != bitset)
        return -EAGAIN;
      [[fallthrough]];
    case FUTEX_REQUEUE:
      g_engine.NoteUncontrolled("FUTEX_REQUEUE",
                                "treated as a wake of all waiters, which look at the value again");
      return g_engine.WakeFutex(address, ~0u, FUTEX_BITSET_MATCH_ANY, pc);
    default:
      DieUnsupported("a futex operation with priority inheritance or FUTEX_WAKE_OP",
                     "use a pthread mutex");
  }
}

}  // namespace

HEDDLE_ENTRY long syscall(long number, ...) {
  long arguments[6];
  va_list list;
  va_start(list, number);
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  {
    Gate gate;
    if (gate.controlled()) {
      switch (number) {
        case SYS_futex:
          return Answer(Futex(arguments, HEDDLE_CALLER_PC));
        case SYS_gettid:
          return sys::Syscall(SYS_getpid) + Index(g_engine.current()->id);
        // Who runs is the loom's affair, and the kernel does not know the numbers of our threads.
        case SYS_sched_setattr:
          return 0;
        case SYS_sched_getattr:
          arguments[0] = 0;
          break;
        case SYS_sched_yield:
          g_engine.Yield(HEDDLE_CALLER_PC);
          return 0;
        case SYS_getrandom:
          FillRandom(reinterpret_cast<void*>(arguments[0]), static_cast<size_t>(arguments[1]));
          return arguments[1];
        default:
          break;
      }
    }
  }
  return Answer(sys::Syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                             arguments[4], arguments[5]));
}

}  // namespace heddle::intercept
