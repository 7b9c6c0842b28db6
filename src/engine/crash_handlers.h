// Signals that end a program become findings with the stack of the place that raised them.
#pragma once

#include <signal.h>

#include <cstdint>

namespace heddle::engine {

// Installs handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS and for kHangSignal. A handler that the program
// installs later replaces ours: then the driver sees only the status of the process.
void InstallCrashHandlers();

// The same for the time in which a body is explored in this process: what was there before comes back at the end.
class CrashHandlerScope {
 public:
  CrashHandlerScope();
  ~CrashHandlerScope();
  CrashHandlerScope(const CrashHandlerScope&) = delete;
  CrashHandlerScope& operator=(const CrashHandlerScope&) = delete;

  // After a handler was left for good, by a switch to the explorer: unblocks what it had blocked, and is ready again.
  void Rearm();

 private:
  static constexpr int kSignalCount = 7;
  struct sigaction before_[kSignalCount];
  stack_t stack_before_ = {};
  uint64_t mask_ = 0;
};

// Sent by the checkpointed process to an execution that makes no decisions any more.
inline constexpr int kHangSignal = 62;  // SIGRTMAX - 2

}  // namespace heddle::engine
