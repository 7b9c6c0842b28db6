// Once-only initialisation: pthread_once (and so std::call_once), and the guards of function-local statics.
//
// Covered: waiting while another thread initialises, exceptions and cancellation that leave an initialiser (the next
// caller tries again), recursion (a deadlock finding).
#include <unwind.h>

#include "base/check.h"
#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

using engine::SyncObject;
using model::Once;

// glibc's states of a pthread_once_t: only "done" is shared with the real implementation.
constexpr int kOnceDone = 2;

// Initialisers that run now, innermost first. They live on the stacks of their callers.
struct RunningOnce {
  SyncObject* object;
  int* control;
  heddle::ThreadId thread;
  RunningOnce* outer;
};
constinit RunningOnce* g_running = nullptr;

void Finish(RunningOnce* running, bool completed, uintptr_t pc) {
  for (RunningOnce** link = &g_running; *link != nullptr; link = &(*link)->outer) {
    if (*link == running) {
      *link = running->outer;
      break;
    }
  }
  g_engine.FinishOnce(running->object, completed, pc);
  // Last: whoever sees "done" asks the engine for nothing but what was published before it.
  if (completed) __atomic_store_n(running->control, kOnceDone, __ATOMIC_RELEASE);
}

}  // namespace

// An exception that leaves an initialiser passes through the frame of HeddleCallInitialiser. This zone has no C++
// exceptions, so the frame has a personality routine of its own, which does what a handler would: in the second phase
// it gives the once object back, and lets unwinding go on.
extern "C" [[gnu::visibility("hidden")]] _Unwind_Reason_Code HeddleOncePersonality(
    int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*, _Unwind_Context*) {
  if ((actions & _UA_CLEANUP_PHASE) != 0) {
    Gate gate;
    const heddle::ThreadId self = g_engine.current()->id;
    for (RunningOnce* running = g_running; running != nullptr; running = running->outer) {
      if (running->thread != self) continue;
      Finish(running, false, 0);
      break;
    }
  }
  return _URC_CONTINUE_UNWIND;
}

extern "C" [[gnu::visibility("hidden")]] void HeddleCallInitialiser(void (*routine)());
asm(R"(
.text
.type HeddleCallInitialiser, @function
.hidden HeddleCallInitialiser
.globl HeddleCallInitialiser
HeddleCallInitialiser:
  .cfi_startproc
  .cfi_personality 0x1b, HeddleOncePersonality
  .cfi_lsda 0xff
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  callq *%rdi
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc
.size HeddleCallInitialiser, . - HeddleCallInitialiser
)");

HEDDLE_ENTRY int pthread_once(pthread_once_t* control, void (*routine)()) {
  RunningOnce running;
  {
    Gate gate;
    if (!gate.controlled()) return Real().pthread_once(control, routine);
    const bool done = (__atomic_load_n(control, __ATOMIC_ACQUIRE) & kOnceDone) != 0;
    SyncObject* object = g_engine.OnceAt(control, done);
    if (done && !g_engine.announces_all()) {
      // Nothing can change any more: no decision, only the order.
      g_engine.AcquireOnce(object, HEDDLE_CALLER_PC);
      return 0;
    }
    if (g_engine.EnterOnce(object, OpKind::kOnce, HEDDLE_CALLER_PC) != Once::EnterResult::kRun)
      return 0;
    running = {object, control, g_engine.current()->id, g_running};
    g_running = &running;
  }
  HeddleCallInitialiser(routine);
  Gate gate;
  Finish(&running, true, HEDDLE_CALLER_PC);
  return 0;
}

// The Itanium C++ ABI's guards: byte 0 says "done" and is read by compiled code as an atomic; the once object is kept
// under the next byte's address, so that the two do not meet.
HEDDLE_ENTRY int __cxa_guard_acquire(uint64_t* guard) {
  Gate gate;
  if (!gate.controlled()) return Real().__cxa_guard_acquire(guard);
  auto* bytes = reinterpret_cast<unsigned char*>(guard);
  const bool done = __atomic_load_n(bytes, __ATOMIC_ACQUIRE) != 0;
  SyncObject* object = g_engine.OnceAt(bytes + 1, done);
  return g_engine.EnterOnce(object, OpKind::kGuardAcquire, HEDDLE_CALLER_PC) ==
         Once::EnterResult::kRun;
}

HEDDLE_ENTRY void __cxa_guard_release(uint64_t* guard) {
  Gate gate;
  if (!gate.controlled()) return Real().__cxa_guard_release(guard);
  auto* bytes = reinterpret_cast<unsigned char*>(guard);
  g_engine.FinishGuard(g_engine.OnceAt(bytes + 1, false), reinterpret_cast<uintptr_t>(guard),
                       HEDDLE_CALLER_PC);
  __atomic_store_n(bytes, 1, __ATOMIC_RELEASE);
  g_engine.PublishAtomic(reinterpret_cast<uintptr_t>(guard));
}

HEDDLE_ENTRY void __cxa_guard_abort(uint64_t* guard) {
  Gate gate;
  if (!gate.controlled()) return Real().__cxa_guard_abort(guard);
  auto* bytes = reinterpret_cast<unsigned char*>(guard);
  g_engine.FinishOnce(g_engine.OnceAt(bytes + 1, false), false, HEDDLE_CALLER_PC);
}

}  // namespace heddle::intercept
