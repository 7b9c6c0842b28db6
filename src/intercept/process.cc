// The process: its start and end, assertions, child processes, waiting for signals.
//
// Covered: main, exit, _exit, quick_exit, abort, assert, fork (the child runs on its own, uncontrolled; said), waiting
// for children without keeping other threads from running. Not covered: what child processes and exec'ed programs do
// (said by name).
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/identities.h"
#include "intercept/entry.h"
#include "sys/raw_syscall.h"

namespace heddle::intercept {
namespace {

using MainFunction = int (*)(int, char**, char**);

constinit MainFunction g_main = nullptr;

// Runs instead of the program's main: here the checkpoint is taken, and every execution begins.
int ControlledMain(int count, char** arguments, char** environment) {
  if (g_engine.phase() == engine::Phase::kBeforeMain) {
    {
      Gate gate;
      g_engine.Checkpoint();
    }
    engine::LeaveRuntime();
  }
  const int status = g_main(count, arguments, environment);
  if (g_engine.phase() == engine::Phase::kRunning) {
    Gate gate;
    g_engine.OnExit(true, status);
  }
  return status;
}

struct ChildWait {
  pid_t pid;
  int* status;
  int options;
  long result;
};

bool ChildChanged(void* context) {
  auto* wait = static_cast<ChildWait*>(context);
  wait->result =
      sys::Syscall(SYS_wait4, wait->pid, sys::Arg(wait->status), wait->options | WNOHANG, 0);
  return wait->result != 0;
}

pid_t WaitForChild(pid_t pid, int* status, int options, uintptr_t pc) {
  ChildWait wait = {pid, status, options, 0};
  if ((options & WNOHANG) != 0) {
    ChildChanged(&wait);
  } else {
    [[maybe_unused]] const auto outcome =
        g_engine.WaitOutside(OpKind::kProcessWait, &ChildChanged, &wait, nullptr, pc);
  }
  if (wait.result >= 0) return static_cast<pid_t>(wait.result);
  errno = static_cast<int>(-wait.result);
  return -1;
}

// The name of the type of the exception in flight, or null. Both functions belong to the C++ runtime of the program.
const char* ExceptionInFlight(char* buffer, size_t size) {
  using CurrentType = const void* (*)();
  using Demangle = char* (*)(const char*, char*, size_t*, int*);
  const auto current =
      reinterpret_cast<CurrentType>(dlsym(RTLD_DEFAULT, "__cxa_current_exception_type"));
  if (current == nullptr) return nullptr;
  const void* type = current();
  if (type == nullptr) return nullptr;
  // A std::type_info is a pointer to its functions and a pointer to its name (Itanium C++ ABI 2.9.4).
  const char* name = static_cast<const char* const*>(type)[1];
  if (*name == '*') ++name;
  const auto demangle = reinterpret_cast<Demangle>(dlsym(RTLD_DEFAULT, "__cxa_demangle"));
  int status = -1;
  char* readable = demangle != nullptr ? demangle(name, nullptr, nullptr, &status) : nullptr;
  Text(buffer, size)
      .Add("exception of type ")
      .Add(status == 0 ? readable : name)
      .Add(" was not caught");
  return buffer;
}

// In-process there is no process to end: what is meant for it ends the execution, as a finding.
void EndBodyInstead(const char* function, int status, uintptr_t pc) {
  if (!g_engine.active() || !g_engine.in_process()) return;
  engine::EnterRuntime();
  TextBuffer<128> text;
  text.Add("the body called ").Add(function).Add(" with status ");
  if (status < 0) text.Add("-");
  const auto magnitude = static_cast<int64_t>(status);
  text.Number(static_cast<uint64_t>(magnitude < 0 ? -magnitude : magnitude));
  g_engine.FailExecution(trace::Verdict::kExitStatus, text.c_str(), pc);
}

}  // namespace

HEDDLE_ENTRY int __libc_start_main(MainFunction main, int count, char** arguments, void (*init)(),
                                   void (*fini)(), void (*rtld_fini)(), void* stack_end) {
  using Start = int (*)(MainFunction, int, char**, void (*)(), void (*)(), void (*)(), void*);
  const auto real = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"));
  g_engine.Start();
  g_main = main;
  return real(&ControlledMain, count, arguments, init, fini, rtld_fini, stack_end);
}

// Before any constructor of the program: threads it makes there are fibres already.
[[gnu::constructor(101)]] static void StartLoom() { g_engine.Start(); }

// After the destructors of the program.
[[gnu::destructor(101)]] static void EndLoom() {
  Gate gate;
  if (gate.controlled()) g_engine.OnProcessEnd();
}

HEDDLE_ENTRY __attribute__((noreturn)) void exit(int status) {
  EndBodyInstead("exit", status, HEDDLE_CALLER_PC);
  {
    Gate gate;
    if (gate.controlled()) g_engine.OnExit(false, status);
  }
  Real().exit(status);
  __builtin_unreachable();
}

HEDDLE_ENTRY __attribute__((noreturn)) void quick_exit(int status) {
  EndBodyInstead("quick_exit", status, HEDDLE_CALLER_PC);
  if (g_engine.phase() == engine::Phase::kRunning) g_engine.region()->execution.finished = 1;
  Real().quick_exit(status);
  __builtin_unreachable();
}

HEDDLE_ENTRY __attribute__((noreturn)) void _exit(int status) {
  EndBodyInstead("_exit", status, HEDDLE_CALLER_PC);
  if (g_engine.phase() == engine::Phase::kRunning) g_engine.region()->execution.finished = 1;
  sys::Syscall(SYS_exit_group, status);
  __builtin_unreachable();
}

HEDDLE_ENTRY __attribute__((noreturn)) void _Exit(int status) { _exit(status); }

HEDDLE_ENTRY __attribute__((noreturn)) void abort() {
  if (g_engine.active()) {
    engine::EnterRuntime();
    char buffer[256];
    const char* exception = ExceptionInFlight(buffer, sizeof buffer);
    if (exception != nullptr)
      g_engine.FailExecution(trace::Verdict::kUncaughtException, exception, HEDDLE_CALLER_PC);
    if (trace::Finding* finding =
            g_engine.NoteFinding(trace::Verdict::kCrash, HEDDLE_CALLER_PC, HEDDLE_CALLER_PC)) {
      finding->signal = SIGABRT;
      Text(finding->message, sizeof finding->message).Add("the program called abort");
    }
    g_engine.EndExecution();
  }
  Real().abort();
  __builtin_unreachable();
}

HEDDLE_ENTRY __attribute__((noreturn)) void __assert_fail(const char* assertion, const char* file,
                                                          unsigned line, const char* function) {
  if (g_engine.active()) {
    engine::EnterRuntime();
    TextBuffer<500> text;
    text.Add(file)
        .Add(":")
        .Number(line)
        .Add(": ")
        .Add(function)
        .Add(": assertion `")
        .Add(assertion)
        .Add("` failed");
    g_engine.FailExecution(trace::Verdict::kAssertion, text.c_str(), HEDDLE_CALLER_PC);
  }
  Real().__assert_fail(assertion, file, line, function);
  __builtin_unreachable();
}

HEDDLE_ENTRY pid_t fork() {
  Gate gate;
  if (!gate.controlled()) {
    const pid_t pid = Real().fork();
    if (pid == 0) engine::g_identities.Forget();
    return pid;
  }
  if (g_engine.in_process()) {
    DieUnsupported("fork inside the body of Explore",
                   "explore the program as a whole with `heddle run`, or leave the fork out");
  }
  g_engine.NoteUncontrolled("fork", "the child process runs on its own, uncontrolled");
  const pid_t pid = Real().fork();
  if (pid == 0) g_engine.LeaveControl();
  return pid;
}

HEDDLE_ENTRY int system(const char* command) {
  Gate gate;
  if (gate.controlled()) {
    g_engine.NoteUncontrolled("system",
                              "all threads wait until the command has ended; it runs uncontrolled");
  }
  return Real().system(command);
}

HEDDLE_ENTRY pid_t wait(int* status) {
  Gate gate;
  if (!gate.controlled()) return Real().wait(status);
  return WaitForChild(-1, status, 0, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY pid_t waitpid(pid_t pid, int* status, int options) {
  Gate gate;
  if (!gate.controlled()) return Real().waitpid(pid, status, options);
  return WaitForChild(pid, status, options, HEDDLE_CALLER_PC);
}

}  // namespace heddle::intercept
