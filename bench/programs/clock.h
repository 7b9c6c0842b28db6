// Real time for programs that also run under the loom, where clock_gettime tells virtual time: the system call itself,
// made in line, which nothing can intercept.
#pragma once

#include <time.h>

#include "sys/raw_syscall.h"

namespace bench {

inline double SecondsOf(clockid_t clock) {
  timespec now = {};
  heddle::sys::Syscall(SYS_clock_gettime, clock, heddle::sys::Arg(&now));
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double Seconds() { return SecondsOf(CLOCK_MONOTONIC); }

// Processor time of the calling thread: what else runs on the machine disturbs it less.
inline double ThreadSeconds() { return SecondsOf(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace bench
