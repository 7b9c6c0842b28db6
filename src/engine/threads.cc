// Threads: creation on a lent identity, joining, detaching, ending with destructors, cancellation.
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>

#include "base/check.h"
#include "engine/baton.h"
#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/identities.h"
#include "engine/keys.h"
#include "sys/real.h"

namespace heddle::engine {

using trace::OpKind;

Thread* Engine::NewThread(Identity* identity, Thread* parent) {
  if (thread_count_ == kThreadsMax)
    DieOfLimit("kThreadsMax", "threads in one execution", kThreadsMax);
  const ThreadId id{thread_count_++};
  Thread* thread = &threads_[Index(id)];
  thread->Reset();
  thread->id = id;
  thread->parent = parent != nullptr ? parent->id : id;
  thread->state = ThreadState::kAlive;
  thread->identity = identity;
  thread->context.thread_pointer = identity->thread_pointer;
  identity->thread = thread;
  pending_[Index(id)] = {OpKind::kThreadStart, kNoObject};
  thread->own_clock = base_clock_;
  thread->signal_mask = parent != nullptr ? parent->signal_mask : kernel_signal_mask_;
  if (parent != nullptr) {
    NoteInheritance(parent, thread);
    if (detects_races_) {
      thread->clock.Assign(parent->clock, arena_);
      Tick(parent);
    }
    if (detects(trace::kDetectLockOrder)) {
      thread->lineage.Assign(parent->lineage, arena_);
      const uint32_t number = Index(parent->id);
      parent->lineage.Set(number, parent->lineage.Get(number) + 1, arena_);
    }
  }
  // In-process it is known by now what is looked for; before main it is not.
  if (!in_process_ || detects_races_) thread->clock.Set(Index(id), thread->own_clock, arena_);
  if (!in_process_ || detects(trace::kDetectLockOrder)) thread->lineage.Set(Index(id), 1, arena_);
  if (thread->own_clock > highest_clock_) highest_clock_ = thread->own_clock;
  ++alive_count_;
  region_->execution.thread_count = thread_count_;
  enabled_.Insert(id);
  if (random_walk_ == nullptr && strategy_ != nullptr) strategy_->OnThreadCreated(id);
  return thread;
}

int Engine::CreateThread(pthread_t* handle, const pthread_attr_t* attributes,
                         void* (*routine)(void*), void* argument, uintptr_t pc) {
  Thread* parent = current_;
  parent->pc = pc;
  if (announces_all_) Arrive(OpKind::kThreadCreate, nullptr, false, pc);
  int error = 0;
  Identity* identity = g_identities.Take(attributes, &error);
  if (identity == nullptr) return error;
  if (identity->execution == execution_serial_ && detects_races_) {
    // The stack's former user may not be ordered before its new one: what happened there is over.
    detector_.ForgetLarge(reinterpret_cast<uintptr_t>(identity->stack_low), identity->stack_bytes);
  }
  identity->execution = execution_serial_;
  Thread* thread = NewThread(identity, parent);
  thread->start_routine = routine;
  thread->argument = argument;
  if (attributes != nullptr) {
    int state = PTHREAD_CREATE_JOINABLE;
    pthread_attr_getdetachstate(attributes, &state);
    thread->detached = state == PTHREAD_CREATE_DETACHED;
  }
  if (diagnosing_) thread->creation_snapshot = Snapshot(parent, 16u << 10);
  StartThread(thread);
  *handle = identity->handle;
  Done(OpKind::kThreadCreate, nullptr, 0, Index(thread->id));
  // The new thread may overtake its creator at once: what the creator does next may be plain accesses only.
  if (!announces_all_) Arrive(OpKind::kThreadCreate, nullptr, false, pc);
  pending_[Index(parent->id)] = {};
  return 0;
}

void Engine::StartThread(Thread* thread) {
  Identity* identity = thread->identity;
  if (!baton_) {
    sys::MakeFibre(&thread->context, identity->stack_top, identity->thread_pointer,
                   &Engine::FibreEntry);
  }
}

// First function of every fibre. It never returns: there is nothing to return to.
void Engine::FibreEntry() {
  Engine& engine = g_engine;
  Thread* thread = engine.current_;
  engine.Done(OpKind::kThreadStart, nullptr, 0, 0);
  engine.UpdateFastPath();
  LeaveRuntime();
  errno = 0;
  void* result = thread->start_routine(thread->argument);
  g_engine.ExitThread(result);
}

// Runs what must run before a thread is gone, as the program: thread_local destructors, then pthread keys.
void Engine::RunThreadDestructors(Thread* thread) {
  thread->exiting = true;
  LeaveRuntime();
  while (thread->at_exit != nullptr) {
    const ThreadAtExit entry = *thread->at_exit;
    thread->at_exit = entry.next;
    entry.function(entry.argument);
  }
  RunKeyDestructors();
  EnterRuntime();
}

void Engine::ExitThread(void* result) {
  EnterRuntime();
  RunThreadDestructors(current_);
  FinishThread(result);
  __builtin_unreachable();
}

// The thread is over: whoever joins it goes on, and it never runs again.
void Engine::FinishThread(void* result) {
  Thread* thread = current_;
  thread->result = result;
  if (thread->held_count > 0 && phase_ == Phase::kRunning && detects(trace::kDetectMutexMisuse)) {
    NoteMisuse(thread->held[thread->held_count - 1].object, "a thread ended while it held a lock",
               thread->held[thread->held_count - 1].pc);
  }
  Done(OpKind::kThreadExit, nullptr, 0, 0);
  thread->state = ThreadState::kFinished;
  if (reduction_ != nullptr) reduction_->NoteEnded(thread->id);
  enabled_.Erase(thread->id);
  --alive_count_;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    Thread& other = threads_[i];
    if (pending_[i].kind == OpKind::kThreadJoin && other.state == ThreadState::kAlive &&
        (other.relock == reinterpret_cast<SyncObject*>(thread) ||
         (other.waits_for_others && alive_count_ == 1))) {
      other.ready = true;
      UpdateEnabled(&other);
    }
  }
  if (thread->detached) ReleaseIdentity(thread);
  if (in_process_ && alive_count_ == 0) EndExecution();
  if (!in_process_ && alive_count_ == 0) {
    // The last thread ends the process, as POSIX says, with status 0.
    current_ = &threads_[0];
    LeaveRuntime();
    sys::Real().exit(0);
  }
  Decide();
  HEDDLE_CHECK(false);  // a finished thread was chosen
}

void Engine::ReleaseIdentity(Thread* thread) {
  thread->state = ThreadState::kGone;
  // Thread 0 of a process runs on its first stack, which libc still uses.
  if (!in_process_ && thread->id == ThreadId{0}) return;
  g_identities.GiveBack(thread->identity);
}

Thread* Engine::FindThread(pthread_t handle) {
  Identity* identity = g_identities.Find(static_cast<uint64_t>(handle));
  if (identity == nullptr || identity->thread == nullptr) return nullptr;
  Thread* thread = identity->thread;
  return thread->state == ThreadState::kAlive || thread->state == ThreadState::kFinished ? thread
                                                                                         : nullptr;
}

int Engine::JoinThread(pthread_t handle, void** result, bool try_only, const uint64_t* deadline_ns,
                       uintptr_t pc) {
  Thread* self = current_;
  self->pc = pc;
  Thread* target = FindThread(handle);
  if (target == nullptr) {
    NoteMisuse(
        nullptr,
        "pthread_join of a thread that does not exist (joined before, detached, or never created)",
        pc);
    return ESRCH;
  }
  if (target->detached) {
    NoteMisuse(nullptr, "pthread_join of a detached thread", pc);
    return EINVAL;
  }
  if (target == self) {
    // std::thread::join answers with an exception, pthread_join of glibc with this.
    Done(OpKind::kThreadJoin, nullptr, EDEADLK, Index(target->id));
    return EDEADLK;
  }
  if (try_only || deadline_ns != nullptr) LeaveOut(trace::kDporCancelled);
  if (target->state == ThreadState::kAlive && try_only) {
    self->ready = true;
    Arrive(OpKind::kThreadJoin, nullptr, false, pc);
    if (target->state == ThreadState::kAlive) {
      NoteOutcome(OpKind::kThreadJoin, EBUSY);
      Done(OpKind::kThreadJoin, nullptr, EBUSY, Index(target->id));
      return EBUSY;
    }
  }
  if (target->state == ThreadState::kAlive || (announces_all_ && !try_only)) {
    self->ready = target->state != ThreadState::kAlive;
    self->relock = reinterpret_cast<SyncObject*>(target);
    SetDeadline(self, deadline_ns);
    Arrive(OpKind::kThreadJoin, nullptr, true, pc);
    ClearDeadline(self);
    self->relock = nullptr;
    if (reduction_ != nullptr) reduction_->NoteJoined(target->id);
    TestCancel();
    if (target->state == ThreadState::kAlive) {
      NoteOutcome(OpKind::kThreadJoin, ETIMEDOUT);
      Done(OpKind::kThreadJoin, nullptr, ETIMEDOUT, Index(target->id));
      return ETIMEDOUT;
    }
  }
  if (target->state != ThreadState::kFinished) return ESRCH;
  AcquireFrom(target->clock);
  if (detects(trace::kDetectLockOrder)) self->lineage.Join(target->lineage, arena_);
  if (result != nullptr) *result = target->result;
  ReleaseIdentity(target);
  NoteOutcome(OpKind::kThreadJoin, target->order);
  Done(OpKind::kThreadJoin, nullptr, 0, Index(target->id));
  return 0;
}

int Engine::DetachThread(pthread_t handle, uintptr_t pc) {
  Thread* target = FindThread(handle);
  current_->pc = pc;
  if (target == nullptr) {
    NoteMisuse(nullptr,
               "pthread_detach of a thread that does not exist (joined or detached before)", pc);
    return ESRCH;
  }
  if (target->detached) return EINVAL;
  target->detached = true;
  if (target->state == ThreadState::kFinished) ReleaseIdentity(target);
  Done(OpKind::kThreadDetach, nullptr, 0, Index(target->id));
  return 0;
}

void Engine::CancelThread(Thread* thread) {
  LeaveOut(trace::kDporCancelled);
  thread->cancel_requested = true;
  if (thread->cancel_asynchronous && thread != current_) {
    NoteUncontrolled("asynchronous cancellation",
                     "acts at the thread's next cancellation point only");
  }
  if (thread->state == ThreadState::kAlive && thread != current_) UpdateEnabled(thread);
  Done(OpKind::kThreadCancel, nullptr, 0, Index(thread->id));
}

void Engine::TestCancel() {
  Thread* thread = current_;
  if (!thread->cancel_requested || thread->cancel_disabled || thread->exiting) return;
  thread->cancel_requested = false;
  LeaveRuntime();
  UnwindAndExit(PTHREAD_CANCELED);
}

}  // namespace heddle::engine
