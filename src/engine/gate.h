// The gate between the program and the loom. Every entry point opens one first; it alone knows whether the call is to be
// controlled or goes to libc: the loom is not started, the call comes from inside the loom, the process was forked, the
// calling thread is none of ours, or the execution is over.
#pragma once

#include "engine/engine.h"
#include "sys/fibre.h"

namespace heddle::engine {

// Nesting of calls into the loom by the thread that runs. One variable is enough: only one thread runs.
extern int g_runtime_depth;

// A fibre was switched to inside the loom.
inline void EnterRuntime() { g_runtime_depth = 1; }
// A fibre leaves the loom for the program without passing the end of a Gate (thread start).
inline void LeaveRuntime() { g_runtime_depth = 0; }

class Gate {
 public:
  Gate()
      : controlled_(g_engine.active() && g_runtime_depth == 0 &&
                    sys::ThreadPointer() == g_engine.current()->identity->thread_pointer) {
    if (controlled_) g_runtime_depth = 1;
  }
  ~Gate() {
    if (controlled_) g_runtime_depth = 0;
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  [[nodiscard]] bool controlled() const { return controlled_; }

 private:
  const bool controlled_;
};

// Makes calls from inside the loom go to libc, in code that holds no Gate.
class RuntimeScope {
 public:
  RuntimeScope() : saved_(g_runtime_depth) { g_runtime_depth = 1; }
  ~RuntimeScope() { g_runtime_depth = saved_; }
  RuntimeScope(const RuntimeScope&) = delete;
  RuntimeScope& operator=(const RuntimeScope&) = delete;

 private:
  const int saved_;
};

}  // namespace heddle::engine

// The address in the program to which the current entry point returns.
#define HEDDLE_CALLER_PC reinterpret_cast<uintptr_t>(__builtin_return_address(0))
