// Clocks and sleeping, in virtual time (engine/time.cc).
//
// Covered: clock_gettime, gettimeofday, time, clock, nanosleep, clock_nanosleep, usleep, sleep, sched_yield. Not
// covered: timers (timer_create, timerfd, alarm, setitimer) run on the real clock; the processor's time-stamp counter.
#include <sched.h>
#include <sys/time.h>
#include <unistd.h>

#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

void SleepFor(const timespec& time, uintptr_t pc) {
  const uint64_t duration = ToNs(time);
  if (duration == 0) {
    g_engine.Yield(pc);
  } else {
    g_engine.SleepUntil(g_engine.Now() + duration, pc);
  }
}

}  // namespace

HEDDLE_ENTRY int clock_gettime(clockid_t clock, timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().clock_gettime(clock, time);
  *time = FromVirtual(clock, g_engine.ReadClock(HEDDLE_CALLER_PC));
  return 0;
}

HEDDLE_ENTRY int gettimeofday(timeval* time, void* zone) {
  Gate gate;
  if (!gate.controlled()) return Real().gettimeofday(time, zone);
  const timespec now = FromVirtual(CLOCK_REALTIME, g_engine.ReadClock(HEDDLE_CALLER_PC));
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

HEDDLE_ENTRY time_t time(time_t* result) {
  Gate gate;
  if (!gate.controlled()) return Real().time(result);
  const timespec now = FromVirtual(CLOCK_REALTIME, g_engine.ReadClock(HEDDLE_CALLER_PC));
  if (result != nullptr) *result = now.tv_sec;
  return now.tv_sec;
}

HEDDLE_ENTRY clock_t clock() {
  Gate gate;
  if (!gate.controlled()) return Real().clock();
  return static_cast<clock_t>(g_engine.ReadClock(HEDDLE_CALLER_PC) /
                              (kNsPerSecond / CLOCKS_PER_SEC));
}

HEDDLE_ENTRY int nanosleep(const timespec* time, timespec* remaining) {
  Gate gate;
  if (!gate.controlled()) return Real().nanosleep(time, remaining);
  if (!Valid(*time) || time->tv_sec < 0) {
    errno = EINVAL;
    return -1;
  }
  SleepFor(*time, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int clock_nanosleep(clockid_t clock, int flags, const timespec* time,
                                 timespec* remaining) {
  Gate gate;
  if (!gate.controlled()) return Real().clock_nanosleep(clock, flags, time, remaining);
  if (!Valid(*time) || time->tv_sec < 0) return EINVAL;
  if ((flags & TIMER_ABSTIME) != 0) {
    g_engine.SleepUntil(ToVirtual(clock, *time), HEDDLE_CALLER_PC);
  } else {
    SleepFor(*time, HEDDLE_CALLER_PC);
  }
  return 0;
}

HEDDLE_ENTRY int usleep(useconds_t microseconds) {
  Gate gate;
  if (!gate.controlled()) return Real().usleep(microseconds);
  SleepFor({static_cast<time_t>(microseconds / 1'000'000),
            static_cast<long>(microseconds % 1'000'000) * 1000},
           HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY unsigned sleep(unsigned seconds) {
  Gate gate;
  if (!gate.controlled()) return Real().sleep(seconds);
  SleepFor({static_cast<time_t>(seconds), 0}, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int sched_yield() {
  Gate gate;
  if (!gate.controlled()) return Real().sched_yield();
  g_engine.Yield(HEDDLE_CALLER_PC);
  return 0;
}

}  // namespace heddle::intercept
