// Signals that end a program become findings with the stack of the place that raised them.
#pragma once

namespace heddle::engine {

// Installs handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS and for kHangSignal. A handler that the program
// installs later replaces ours: then the driver sees only the status of the process.
void InstallCrashHandlers();

// Sent by the checkpointed process to an execution that makes no decisions any more.
inline constexpr int kHangSignal = 62;  // SIGRTMAX - 2

}  // namespace heddle::engine
