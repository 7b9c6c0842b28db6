// Threads: pthread_create, join (all forms), detach, exit, cancel, kill, names, attributes that need a kernel thread,
// keys, C clean-up handlers, thread_local destructors.
//
// Covered: all of the above. pthread_self and pthread_equal need no help: a fibre has a real pthread's thread block.
// Not covered: asynchronous cancellation (acts at the next cancellation point; said), scheduling parameters and CPU
// affinity (accepted, without effect: the loom decides who runs).
#include <signal.h>
#include <string.h>

#include "engine/keys.h"
#include "intercept/entry.h"
#include "sys/raw_syscall.h"

namespace heddle::intercept {
namespace {

int JoinUntil(pthread_t thread, void** result, clockid_t clock, const timespec* time,
              uintptr_t pc) {
  if (time == nullptr) return g_engine.JoinThread(thread, result, false, nullptr, pc);
  if (!Valid(*time)) return EINVAL;
  const uint64_t deadline = ToVirtual(clock, *time);
  return g_engine.JoinThread(thread, result, false, &deadline, pc);
}

engine::Thread* Find(pthread_t thread) { return g_engine.FindThread(thread); }

}  // namespace

HEDDLE_HOT_ENTRY int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                    void* (*routine)(void*), void* argument) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_create(thread, attributes, routine, argument);
  return g_engine.CreateThread(thread, attributes, routine, argument, HEDDLE_CALLER_PC);
}

HEDDLE_HOT_ENTRY int pthread_join(pthread_t thread, void** result) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_join(thread, result);
  return g_engine.JoinThread(thread, result, false, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_tryjoin_np(pthread_t thread, void** result) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_tryjoin_np(thread, result);
  return g_engine.JoinThread(thread, result, true, nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_timedjoin_np(thread, result, time);
  return JoinUntil(thread, result, CLOCK_REALTIME, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock,
                                      const timespec* time) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_clockjoin_np(thread, result, clock, time);
  return JoinUntil(thread, result, clock, time, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pthread_detach(pthread_t thread) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_detach(thread);
  return g_engine.DetachThread(thread, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY __attribute__((noreturn)) void pthread_exit(void* result) {
  {
    Gate gate;
    if (!gate.controlled()) {
      Real().pthread_exit(result);
      __builtin_unreachable();
    }
  }
  engine::UnwindAndExit(result);
}

HEDDLE_ENTRY int pthread_cancel(pthread_t thread) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_cancel(thread);
  engine::Thread* target = Find(thread);
  if (target == nullptr) return ESRCH;
  g_engine.CancelThread(target);
  return 0;
}

HEDDLE_ENTRY int pthread_setcancelstate(int state, int* old_state) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_setcancelstate(state, old_state);
  if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) return EINVAL;
  engine::Thread* thread = g_engine.current();
  if (old_state != nullptr)
    *old_state = thread->cancel_disabled ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
  thread->cancel_disabled = state == PTHREAD_CANCEL_DISABLE;
  return 0;
}

HEDDLE_ENTRY int pthread_setcanceltype(int type, int* old_type) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_setcanceltype(type, old_type);
  if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) return EINVAL;
  engine::Thread* thread = g_engine.current();
  if (old_type != nullptr) {
    *old_type = thread->cancel_asynchronous ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
  }
  thread->cancel_asynchronous = type == PTHREAD_CANCEL_ASYNCHRONOUS;
  return 0;
}

HEDDLE_ENTRY void pthread_testcancel() {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_testcancel();
  g_engine.TestCancel();
}

// C code compiled without exceptions registers clean-up handlers through these two.
HEDDLE_ENTRY void __pthread_register_cancel(__pthread_unwind_buf_t* buffer) {
  engine::Thread* thread = g_engine.active() ? g_engine.current() : nullptr;
  if (thread == nullptr) return;
  buffer->__pad[3] = thread->cleanup_buffers;
  thread->cleanup_buffers = buffer;
}

HEDDLE_ENTRY void __pthread_unregister_cancel(__pthread_unwind_buf_t* buffer) {
  engine::Thread* thread = g_engine.active() ? g_engine.current() : nullptr;
  if (thread == nullptr) return;
  thread->cleanup_buffers = buffer->__pad[3];
}

HEDDLE_ENTRY __attribute__((noreturn)) void __pthread_unwind_next(__pthread_unwind_buf_t*) {
  engine::UnwindAndExit(g_engine.current()->result);
}

HEDDLE_ENTRY int pthread_kill(pthread_t thread, int signal) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_kill(thread, signal);
  if (Find(thread) == nullptr) return ESRCH;
  if (signal == 0) return 0;
  if (thread != pthread_self()) {
    g_engine.NoteUncontrolled("pthread_kill",
                              "the signal is sent to the process: any thread may take it");
  }
  const long pid = sys::Syscall(SYS_getpid);
  const long error = sys::Syscall(SYS_kill, pid, signal);
  g_engine.OutsideChanged();
  return static_cast<int>(-error);
}

HEDDLE_ENTRY int pthread_setname_np(pthread_t thread, const char* name) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_setname_np(thread, name);
  const size_t length = strlen(name);
  engine::Thread* target = Find(thread);
  if (target == nullptr) return ESRCH;
  if (length >= sizeof target->name) return ERANGE;
  memcpy(target->name, name, length + 1);
  return 0;
}

HEDDLE_ENTRY int pthread_getname_np(pthread_t thread, char* name, size_t size) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_getname_np(thread, name, size);
  const engine::Thread* target = Find(thread);
  if (target == nullptr) return ESRCH;
  const size_t length = strlen(target->name);
  if (length >= size) return ERANGE;
  memcpy(name, target->name, length + 1);
  return 0;
}

HEDDLE_ENTRY int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t* set) {
  Gate gate;
  return gate.controlled() ? 0 : Real().pthread_setaffinity_np(thread, size, set);
}

HEDDLE_ENTRY int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t* set) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_getaffinity_np(thread, size, set);
  const long got = sys::Syscall(SYS_sched_getaffinity, 0, static_cast<long>(size), sys::Arg(set));
  if (got < 0) return static_cast<int>(-got);
  memset(reinterpret_cast<char*>(set) + got, 0, size - static_cast<size_t>(got));
  return 0;
}

HEDDLE_ENTRY int pthread_setschedparam(pthread_t thread, int policy,
                                       const sched_param* parameters) {
  Gate gate;
  return gate.controlled() ? 0 : Real().pthread_setschedparam(thread, policy, parameters);
}

HEDDLE_ENTRY int pthread_getschedparam(pthread_t thread, int* policy, sched_param* parameters) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_getschedparam(thread, policy, parameters);
  *policy = SCHED_OTHER;
  parameters->sched_priority = 0;
  return 0;
}

HEDDLE_ENTRY int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
  Gate gate;
  if (!gate.controlled()) return Real().pthread_key_create(key, destructor);
  const int error = Real().pthread_key_create(key, nullptr);
  if (error == 0) engine::NoteKey(*key, destructor);
  return error;
}

HEDDLE_ENTRY int pthread_key_delete(pthread_key_t key) {
  engine::ForgetKey(key);
  return Real().pthread_key_delete(key);
}

HEDDLE_ENTRY int __cxa_thread_atexit_impl(void (*function)(void*), void* argument, void* module) {
  Gate gate;
  if (!gate.controlled()) return Real().__cxa_thread_atexit_impl(function, argument, module);
  engine::Thread* thread = g_engine.current();
  auto* entry = g_engine.arena().AllocateArray<engine::ThreadAtExit>(1);
  *entry = {function, argument, thread->at_exit};
  thread->at_exit = entry;
  return 0;
}

// Programs use it as the number of the calling thread, so it must differ between fibres and be the same in each run.
HEDDLE_ENTRY pid_t gettid() {
  Gate gate;
  if (!gate.controlled()) return static_cast<pid_t>(sys::Syscall(SYS_gettid));
  return static_cast<pid_t>(sys::Syscall(SYS_getpid) + Index(g_engine.current()->id));
}

}  // namespace heddle::intercept
