// The real functions behind the ones the loom replaces: `sys::Real().pthread_create(...)`. A null pointer means that libc
// does not have the function (an older glibc), in which case the program cannot have asked for it either.
#pragma once

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

namespace heddle::sys {

struct RealFunctions {
#define HEDDLE_REAL(type, name, parameters) type(*name) parameters;
#include "sys/real_functions.def"
#undef HEDDLE_REAL
};

extern RealFunctions g_real;

// Looks all of them up. Running it again does no harm.
void InitRealFunctions();

// Calls may come before any constructor of ours has run.
[[nodiscard]] inline const RealFunctions& Real() {
  if (__builtin_expect(g_real.pthread_create == nullptr, 0)) InitRealFunctions();
  return g_real;
}

}  // namespace heddle::sys
