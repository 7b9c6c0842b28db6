// What every entry point needs: the macro that exports it, the gate, the real functions, and the program's time.
//
// Shape of an interceptor: open the gate; if the caller is not controlled, call the real function; check arguments as
// POSIX does; give one operation to the engine; return what POSIX says.
#pragma once

#include <errno.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/gate.h"
#include "sys/real.h"

// Each exported function also stands in functions.def (tests/abi compares the two).
#define HEDDLE_ENTRY extern "C" [[gnu::visibility("default")]]

// For entry points at which threads change places all the time: everything they call becomes one function, because
// after a switch the processor predicts each return wrongly. What is rare is marked [[gnu::noinline]] in engine.h.
#define HEDDLE_HOT_ENTRY HEDDLE_ENTRY [[gnu::flatten]]

namespace heddle::intercept {

using engine::g_engine;
using engine::Gate;
using sys::Real;
using trace::OpKind;

inline constexpr uint64_t kNsPerSecond = 1'000'000'000;

[[nodiscard]] inline bool IsRealtime(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI ||
         clock == CLOCK_REALTIME_ALARM;
}
[[nodiscard]] inline bool IsCpuTime(clockid_t clock) {
  return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID || clock < 0;
}

// What virtual time zero is on a clock of the program.
[[nodiscard]] inline uint64_t ClockBaseNs(clockid_t clock) {
  if (IsRealtime(clock)) return engine::Engine::kRealtimeBaseNs;
  return IsCpuTime(clock) ? 0 : engine::Engine::kMonotonicBaseNs;
}

[[nodiscard]] inline bool Valid(const timespec& time) {
  return time.tv_nsec >= 0 && time.tv_nsec < static_cast<long>(kNsPerSecond);
}

// Nanoseconds, saturating: "for ever" in the year 292 billion is as good as never.
[[nodiscard]] inline uint64_t ToNs(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  constexpr uint64_t kSecondsMax = 9'000'000'000;
  const auto seconds = static_cast<uint64_t>(time.tv_sec);
  return (seconds > kSecondsMax ? kSecondsMax : seconds) * kNsPerSecond +
         static_cast<uint64_t>(time.tv_nsec);
}

// An absolute time on one of the program's clocks as virtual time.
[[nodiscard]] inline uint64_t ToVirtual(clockid_t clock, const timespec& time) {
  const uint64_t ns = ToNs(time);
  const uint64_t base = ClockBaseNs(clock);
  return ns > base ? ns - base : 0;
}

[[nodiscard]] inline timespec FromVirtual(clockid_t clock, uint64_t virtual_ns) {
  const uint64_t ns = virtual_ns + ClockBaseNs(clock);
  return {static_cast<time_t>(ns / kNsPerSecond), static_cast<long>(ns % kNsPerSecond)};
}

}  // namespace heddle::intercept
