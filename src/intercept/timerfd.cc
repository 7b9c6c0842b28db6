// Timers that are descriptors, in virtual time (engine/time.cc): Boost.Asio and other event loops sleep with them.
//
// Covered: timerfd_create, timerfd_settime, timerfd_gettime, closing. Not covered: TFD_TIMER_CANCEL_ON_SET (the virtual
// clock is never set), more than one expiration per read of an interval timer.
#include <sys/timerfd.h>

#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

// The clock of each timer descriptor, found by its number; beyond the table it is taken for the monotonic one.
constexpr int kDescriptorsMax = 4096;
constinit unsigned char g_is_realtime[kDescriptorsMax] = {};

clockid_t ClockOf(int descriptor) {
  const bool realtime =
      descriptor >= 0 && descriptor < kDescriptorsMax && g_is_realtime[descriptor] != 0;
  return realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

timespec Duration(uint64_t ns) {
  return {static_cast<time_t>(ns / kNsPerSecond), static_cast<long>(ns % kNsPerSecond)};
}

void Get(int descriptor, itimerspec* value) {
  uint64_t remaining = 0;
  uint64_t interval = 0;
  g_engine.GetTimer(descriptor, &remaining, &interval);
  *value = {Duration(interval), Duration(remaining)};
}

}  // namespace

HEDDLE_ENTRY int timerfd_create(clockid_t clock, int flags) {
  Gate gate;
  const int descriptor = Real().timerfd_create(clock, flags);
  if (gate.controlled() && descriptor >= 0 && descriptor < kDescriptorsMax) {
    g_is_realtime[descriptor] = IsRealtime(clock);
    g_engine.ForgetTimer(descriptor);
  }
  return descriptor;
}

HEDDLE_ENTRY int timerfd_settime(int descriptor, int flags, const itimerspec* value,
                                 itimerspec* old) {
  Gate gate;
  if (!gate.controlled()) return Real().timerfd_settime(descriptor, flags, value, old);
  // Disarmed in the kernel, which checks the descriptor and forgets what has expired.
  const itimerspec disarmed = {};
  if (!Valid(value->it_value) || !Valid(value->it_interval)) {
    errno = EINVAL;
    return -1;
  }
  if (old != nullptr) Get(descriptor, old);
  if (Real().timerfd_settime(descriptor, 0, &disarmed, nullptr) != 0) return -1;
  uint64_t deadline = 0;
  if (value->it_value.tv_sec != 0 || value->it_value.tv_nsec != 0) {
    deadline = (flags & TFD_TIMER_ABSTIME) != 0 ? ToVirtual(ClockOf(descriptor), value->it_value)
                                                : g_engine.Now() + ToNs(value->it_value);
    if (deadline == 0) deadline = 1;  // long past, but armed
  }
  g_engine.SetTimer(descriptor, deadline, ToNs(value->it_interval));
  return 0;
}

HEDDLE_ENTRY int timerfd_gettime(int descriptor, itimerspec* value) {
  Gate gate;
  if (!gate.controlled()) return Real().timerfd_gettime(descriptor, value);
  Get(descriptor, value);
  return 0;
}

}  // namespace heddle::intercept
