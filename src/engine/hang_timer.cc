// See hang_timer.h. By raw system calls: glibc's timers would make a thread that is none of ours.
#include "engine/hang_timer.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "engine/crash_handlers.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {

HangTimer::HangTimer(uint64_t interval_ns) {
  constexpr uint64_t kNsPerSecond = 1'000'000'000;
  struct sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kHangSignal;
  event._sigev_un._tid = static_cast<int>(sys::Syscall(SYS_gettid));
  int timer = -1;
  if (sys::Syscall(SYS_timer_create, CLOCK_MONOTONIC, sys::Arg(&event), sys::Arg(&timer)) != 0)
    return;
  timer_ = timer;
  const timespec interval = {static_cast<time_t>(interval_ns / kNsPerSecond),
                             static_cast<long>(interval_ns % kNsPerSecond)};
  const itimerspec setting = {interval, interval};
  sys::Syscall(SYS_timer_settime, timer_, 0, sys::Arg(&setting), 0);
}

HangTimer::~HangTimer() {
  if (timer_ >= 0) sys::Syscall(SYS_timer_delete, timer_);
}

}  // namespace heddle::engine
