// See crash_handlers.h.
#include "engine/crash_handlers.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "engine/engine.h"
#include "engine/library_sight.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {
namespace {

constexpr size_t kAlternateStackBytes = 256u << 10;

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, kHangSignal};

sys::Registers RegistersOf(const ucontext_t& context) {
  const greg_t* regs = context.uc_mcontext.gregs;
  const auto get = [regs](int name) { return static_cast<uint64_t>(regs[name]); };
  return {get(REG_RIP), get(REG_RSP), get(REG_RBP), get(REG_RBX),
          get(REG_R12), get(REG_R13), get(REG_R14), get(REG_R15)};
}

void OnSignal(int signal, siginfo_t* info, void* context) {
  if (g_library_sight.OnSignal(signal, *info, static_cast<ucontext_t*>(context))) return;
  const sys::Registers registers = RegistersOf(*static_cast<const ucontext_t*>(context));
  if (signal == kHangSignal) {
    if (g_engine.in_process() && !g_engine.Hangs()) return;
    g_engine.OnHang(registers);
  }
  // A second crash on the way out must not loop.
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  const bool has_address = signal == SIGSEGV || signal == SIGBUS;
  g_engine.OnCrash(signal, has_address ? reinterpret_cast<uintptr_t>(info->si_addr) : 0, registers);
}

}  // namespace

void InstallCrashHandlers() {
  // One alternate stack serves all fibres: they share one kernel thread. It lets a stack overflow be reported.
  static constinit void* memory = nullptr;
  if (memory == nullptr)
    memory = mmap(nullptr, kAlternateStackBytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) {
    stack_t stack = {};
    stack.ss_sp = memory;
    stack.ss_size = kAlternateStackBytes;
    sigaltstack(&stack, nullptr);
  }
  struct sigaction action = {};
  action.sa_sigaction = &OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&action.sa_mask);
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

CrashHandlerScope::CrashHandlerScope() {
  static_assert(sizeof kSignals / sizeof kSignals[0] == kSignalCount);
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], nullptr, &before_[i]);
  sigaltstack(nullptr, &stack_before_);
  sys::Syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, sys::Arg(&mask_), sizeof mask_);
  InstallCrashHandlers();
}

CrashHandlerScope::~CrashHandlerScope() {
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &before_[i], nullptr);
  sigaltstack(&stack_before_, nullptr);
}

void CrashHandlerScope::Rearm() {
  sys::Syscall(SYS_rt_sigprocmask, SIG_SETMASK, sys::Arg(&mask_), 0, sizeof mask_);
  InstallCrashHandlers();
}

}  // namespace heddle::engine
