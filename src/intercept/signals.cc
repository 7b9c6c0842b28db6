// Signals: waiting for them, and each thread's mask.
//
// All fibres share one kernel thread, which has one signal mask; the engine sets it to that of the thread that runs.
//
// Covered: sigwait, sigwaitinfo, sigtimedwait, sigsuspend, pause, pthread_sigmask, sigprocmask. Not covered: the choice
// of the thread that takes a signal (it is the one that runs when the kernel delivers it), and the moment.
#include <signal.h>
#include <unistd.h>

#include "intercept/entry.h"
#include "sys/raw_syscall.h"

namespace heddle::intercept {
namespace {

struct SignalWait {
  sigset_t set;
  siginfo_t info;
  int signal;
};

bool SignalCame(void* context) {
  auto* wait = static_cast<SignalWait*>(context);
  const timespec now = {0, 0};
  const long result = sys::Syscall(SYS_rt_sigtimedwait, sys::Arg(&wait->set), sys::Arg(&wait->info),
                                   sys::Arg(&now), 8);
  if (result <= 0) return false;
  wait->signal = static_cast<int>(result);
  return true;
}

// The signal that came, or -1 with errno EAGAIN when the time is up.
int WaitForSignal(const sigset_t* set, siginfo_t* info, const timespec* timeout, uintptr_t pc) {
  SignalWait wait = {};
  wait.set = *set;
  const uint64_t deadline = timeout != nullptr ? g_engine.Now() + ToNs(*timeout) : 0;
  [[maybe_unused]] const auto outcome = g_engine.WaitOutside(
      OpKind::kSignalWait, &SignalCame, &wait, timeout != nullptr ? &deadline : nullptr, pc);
  if (wait.signal == 0) {
    errno = EAGAIN;
    return -1;
  }
  if (info != nullptr) *info = wait.info;
  return wait.signal;
}

// A signal that `mask` lets through is waiting to be delivered.
bool SignalPends(void* mask) {
  uint64_t pending = 0;
  sys::Syscall(SYS_rt_sigpending, sys::Arg(&pending), 8);
  return (pending & ~*static_cast<const uint64_t*>(mask)) != 0;
}

// Waits in the model until a signal that the mask lets through is there, then lets the kernel deliver it.
int Suspend(const sigset_t* mask, uintptr_t pc) {
  uint64_t let_through = *reinterpret_cast<const uint64_t*>(mask);
  [[maybe_unused]] const auto outcome =
      g_engine.WaitOutside(OpKind::kSignalWait, &SignalPends, &let_through, nullptr, pc);
  return Real().sigsuspend(mask);
}

}  // namespace

HEDDLE_ENTRY int sigwait(const sigset_t* set, int* signal) {
  Gate gate;
  if (!gate.controlled()) return Real().sigwait(set, signal);
  *signal = WaitForSignal(set, nullptr, nullptr, HEDDLE_CALLER_PC);
  return 0;
}

HEDDLE_ENTRY int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
  Gate gate;
  if (!gate.controlled()) return Real().sigwaitinfo(set, info);
  return WaitForSignal(set, info, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* timeout) {
  Gate gate;
  if (!gate.controlled()) return Real().sigtimedwait(set, info, timeout);
  return WaitForSignal(set, info, timeout, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int sigsuspend(const sigset_t* mask) {
  Gate gate;
  if (!gate.controlled()) return Real().sigsuspend(mask);
  return Suspend(mask, HEDDLE_CALLER_PC);
}

// Signals are kept out while the thread waits, so that they are found pending instead of being taken by another fibre.
HEDDLE_ENTRY int pause() {
  Gate gate;
  if (!gate.controlled()) return Real().pause();
  sigset_t all;
  sigset_t before;
  __builtin_memset(&all, 0xff, sizeof all);
  Real().pthread_sigmask(SIG_SETMASK, &all, &before);
  g_engine.NoteSignalMask();
  const int result = Suspend(&before, HEDDLE_CALLER_PC);
  Real().pthread_sigmask(SIG_SETMASK, &before, nullptr);
  g_engine.NoteSignalMask();
  return result;
}

HEDDLE_ENTRY int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) {
  Gate gate;
  const int error = Real().pthread_sigmask(how, set, old);
  if (gate.controlled() && set != nullptr) g_engine.NoteSignalMask();
  return error;
}

HEDDLE_ENTRY int sigprocmask(int how, const sigset_t* set, sigset_t* old) {
  Gate gate;
  const int result = Real().sigprocmask(how, set, old);
  if (gate.controlled() && set != nullptr) g_engine.NoteSignalMask();
  return result;
}

}  // namespace heddle::intercept
