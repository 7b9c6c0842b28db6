// Waiting for things other than locks: condition variables, semaphores, barriers, once, futexes, sleeps, the outside
// world; and choices.
#include <errno.h>
#include <poll.h>

#include "base/check.h"
#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/note_order.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {

using trace::DecisionKind;
using trace::OpKind;

// --- condition variables ---------------------------------------------------------------------------------------------

SyncObject* Engine::ConditionAt(const void* address) {
  const auto place = reinterpret_cast<uintptr_t>(address);
  SyncObject* object = objects_.Find(place, ObjectKind::kCondition);
  if (object != nullptr) return object;
  object = objects_.Make(place, ObjectKind::kCondition);
  object->condition.Reset();
  return object;
}

// Three steps, each with its own decision: give up the mutex and wait; be woken (or time out); take the mutex back.
int Engine::WaitCondition(SyncObject* condition, SyncObject* mutex, const uint64_t* deadline_ns,
                          uintptr_t pc) {
  Thread* thread = current_;
  thread->pc = pc;
  if (!mutex->mutex.HeldBy(thread->id)) {
    NoteMisuse(mutex,
               "a condition variable is waited on with a mutex that this thread does not hold", pc);
    return EPERM;
  }
  // Giving up the mutex is what others can see, so it is a decision of its own, as an unlock is.
  if (announces_all_) also_touches_ = condition;
  Arrive(OpKind::kMutexUnlock, mutex, false, pc);
  const uint32_t depth = mutex->mutex.ReleaseAll();
  ReleaseInto(&mutex->clock, false);
  if (Held* held = FindHeld(thread, mutex); held != nullptr) {
    held->count = 1;
    PopHeld(mutex);
  }
  ++mutex->version;
  NoteProgress(thread);
  NoteChange(mutex);
  Refresh(mutex);
  Done(OpKind::kMutexUnlock, mutex, 0, 0);
  NoteUse(OpKind::kCondWait, 0, false, &condition->order);

  const OpKind op = deadline_ns != nullptr ? OpKind::kCondTimedWait : OpKind::kCondWait;
  condition->condition.StartWait();
  thread->woken = op == OpKind::kCondWait && announces_all_ && WakesWithoutCause();
  SetDeadline(thread, deadline_ns);
  condition_waiters_ += op == OpKind::kCondWait;
  Arrive(op, condition, true, pc);
  condition_waiters_ -= op == OpKind::kCondWait;
  const bool woken = thread->woken;
  thread->woken = false;
  ClearDeadline(thread);
  condition->condition.EndWait();
  const int error = woken || deadline_ns == nullptr ? 0 : ETIMEDOUT;
  Done(op, condition, static_cast<uint32_t>(error), 0);
  NoteWaitEnds(op, woken, &condition->order);

  Arrive(OpKind::kCondRelock, mutex, true, pc);
  mutex->mutex.AcquireWithDepth(thread->id, depth);
  AcquireFrom(mutex->clock);
  PushHeld(mutex, trace::LockKind::kMutex, pc);
  Refresh(mutex);
  Done(OpKind::kCondRelock, mutex, 0, 0);
  TestCancel();
  return error;
}

namespace {

// The n-th of the threads that wait and were not woken, by number: the order in which they came is not to matter.
Thread* NthByNumber(const SyncObject* condition, uint32_t n) {
  Thread* found = nullptr;
  for (;; --n) {
    Thread* next = nullptr;
    for (Thread* waiter = condition->first_waiter; waiter != nullptr;
         waiter = waiter->next_waiter) {
      if (waiter->woken || (found != nullptr && Index(waiter->id) <= Index(found->id))) continue;
      if (next == nullptr || Index(waiter->id) < Index(next->id)) next = waiter;
    }
    found = next;
    if (n == 0) return found;
  }
}

}  // namespace

void Engine::SignalCondition(SyncObject* condition, bool all, uintptr_t pc) {
  const OpKind op = all ? OpKind::kCondBroadcast : OpKind::kCondSignal;
  Arrive(op, condition, false, pc);
  NoteProgress(current_);
  uint32_t candidates = 0;
  for (Thread* waiter = condition->first_waiter; waiter != nullptr; waiter = waiter->next_waiter) {
    candidates += !waiter->woken;
  }
  if (candidates == 0) {
    condition->condition.NoteUnheard();
  } else if (all) {
    condition->condition.NoteHeard();
    for (Thread* waiter = condition->first_waiter; waiter != nullptr;
         waiter = waiter->next_waiter) {
      if (reduction_ != nullptr && !waiter->woken) reduction_->NoteEnables(waiter->id);
      if (!waiter->woken) waiter->woken_by = current_->order;
      waiter->woken = true;
    }
    Refresh(condition);
  } else {
    condition->condition.NoteHeard();
    // POSIX leaves open which of the waiters wakes up.
    uint32_t chosen = 0;
    if (candidates > 1)
      chosen = ChooseValue(DecisionKind::kWaiter, candidates, environment_.Below(candidates));
    const uint32_t chosen_of_all = chosen;
    for (Thread* waiter = condition->first_waiter; waiter != nullptr;
         waiter = waiter->next_waiter) {
      if (waiter->woken) continue;
      if (chosen-- > 0) continue;
      if (announces_all_) waiter = NthByNumber(condition, chosen_of_all);
      if (reduction_ != nullptr) reduction_->NoteEnables(waiter->id);
      waiter->woken_by = current_->order;
      waiter->woken = true;
      UpdateEnabled(waiter);
      break;
    }
  }
  Done(op, condition, 0, candidates);
}

// --- semaphores, barriers, once --------------------------------------------------------------------------------------

SyncObject* Engine::SemaphoreAt(const void* address, uint32_t initial) {
  const auto place = reinterpret_cast<uintptr_t>(address);
  SyncObject* object = objects_.Find(place, ObjectKind::kSemaphore);
  if (object != nullptr) return object;
  object = objects_.Make(place, ObjectKind::kSemaphore);
  object->semaphore.Reset(initial);
  return object;
}

int Engine::WaitSemaphore(SyncObject* semaphore, bool try_only, const uint64_t* deadline_ns,
                          uintptr_t pc) {
  Thread* thread = current_;
  const OpKind op = try_only                 ? OpKind::kSemTryWait
                    : deadline_ns != nullptr ? OpKind::kSemTimedWait
                                             : OpKind::kSemWait;
  SetDeadline(thread, deadline_ns);
  Arrive(op, semaphore, !try_only, pc);
  ClearDeadline(thread);
  int error = 0;
  if (semaphore->semaphore.TryWait()) {
    AcquireFrom(semaphore->clock);
    NoteProgress(thread);
    ++semaphore->version;
    Refresh(semaphore);
  } else {
    error = try_only ? EAGAIN : ETIMEDOUT;
  }
  Done(op, semaphore, static_cast<uint32_t>(error), 0);
  if (error == EAGAIN) NoteSpinRead(semaphore, pc);
  if (!try_only) TestCancel();
  return error;
}

void Engine::ReadSemaphore(SyncObject* semaphore, uintptr_t pc) {
  if (!announces_all_) {
    current_->pc = pc;
    return NoteUse(OpKind::kSemGetValue, 0, true, &semaphore->order);
  }
  Arrive(OpKind::kSemGetValue, semaphore, false, pc);
  Done(OpKind::kSemGetValue, semaphore, 0, 0);
}

int Engine::PostSemaphore(SyncObject* semaphore, uintptr_t pc) {
  Arrive(OpKind::kSemPost, semaphore, false, pc);
  NoteProgress(current_);
  const int error = semaphore->semaphore.Post() ? 0 : EOVERFLOW;
  if (error == 0) {
    ReleaseInto(&semaphore->clock, true);
    ++semaphore->version;
    NoteChange(semaphore);
    Refresh(semaphore);
  }
  Done(OpKind::kSemPost, semaphore, static_cast<uint32_t>(error), 0);
  return error;
}

void Engine::MakeBarrier(const void* address, uint32_t count, uintptr_t pc) {
  DestroyLock(address, ObjectKind::kBarrier, pc);
  objects_.Make(reinterpret_cast<uintptr_t>(address), ObjectKind::kBarrier)->barrier.Reset(count);
}

int Engine::WaitBarrierAt(const void* address, uintptr_t pc) {
  Thread* thread = current_;
  SyncObject* barrier = objects_.Find(reinterpret_cast<uintptr_t>(address), ObjectKind::kBarrier);
  if (barrier == nullptr) {
    NoteMisuse(nullptr,
               "pthread_barrier_wait on a barrier that was not initialised, or was destroyed", pc);
    return EINVAL;
  }
  Arrive(OpKind::kBarrierWait, barrier, false, pc);
  NoteUse(OpKind::kBarrierWait, 0, true, &barrier->order);
  NoteProgress(thread);
  ReleaseInto(&barrier->clock, true);
  const model::Barrier::Arrival arrival = barrier->barrier.Arrive();
  if (arrival.last) {
    for (Thread* waiter = barrier->first_waiter; waiter != nullptr && reduction_ != nullptr;
         waiter = waiter->next_waiter)
      reduction_->NoteEnables(waiter->id);
    Refresh(barrier);
  } else {
    thread->barrier_round = arrival.round;
    Arrive(OpKind::kBarrierWait, barrier, true, pc);
  }
  AcquireFrom(barrier->clock);
  Done(OpKind::kBarrierWait, barrier, 0, arrival.last);
  return arrival.last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

SyncObject* Engine::OnceAt(const void* address, bool done) {
  const auto place = reinterpret_cast<uintptr_t>(address);
  SyncObject* object = objects_.Find(place, ObjectKind::kOnce);
  if (object != nullptr) return object;
  object = objects_.Make(place, ObjectKind::kOnce);
  object->once.Reset(done ? model::Once::State::kDone : model::Once::State::kUntouched);
  return object;
}

model::Once::EnterResult Engine::EnterOnce(SyncObject* once, OpKind op, uintptr_t pc) {
  Arrive(op, once, true, pc);
  const model::Once::EnterResult result = once->once.Enter(current_->id);
  AcquireFrom(once->clock);
  if (result == model::Once::EnterResult::kRun) NoteProgress(current_);
  Refresh(once);
  Done(op, once, 0, static_cast<uint64_t>(result));
  return result;
}

// As if it had been entered and found to be done, but for the decision.
void Engine::AcquireOnce(SyncObject* once, uintptr_t pc) {
  current_->pc = pc;
  AcquireFrom(once->clock);
  NoteUse(OpKind::kOnce, 0, true, &once->order);
}

void Engine::FinishOnce(SyncObject* once, bool completed, uintptr_t pc) {
  Arrive(OpKind::kGuardRelease, once, false, pc);
  NoteProgress(current_);
  ReleaseInto(&once->clock, true);
  if (completed) {
    once->once.Finish();
  } else {
    once->once.Abort();
  }
  Refresh(once);
  Done(OpKind::kGuardRelease, once, 0, completed);
}

void Engine::FinishGuard(SyncObject* once, uintptr_t guard, uintptr_t pc) {
  if (announces_all_) {
    also_touches_ = objects_.Find(guard, ObjectKind::kAtomic);
    if (also_touches_ == nullptr) also_touches_ = objects_.Make(guard, ObjectKind::kAtomic);
  }
  FinishOnce(once, true, pc);
}

// --- futexes ---------------------------------------------------------------------------------------------------------

int Engine::WaitFutex(uintptr_t address, uint32_t expected, uint32_t bitset,
                      const uint64_t* deadline_ns, uintptr_t pc) {
  Thread* thread = current_;
  SyncObject* futex = objects_.Find(address, ObjectKind::kAtomic);
  if (futex == nullptr) futex = objects_.Make(address, ObjectKind::kAtomic);
  // Comparing and beginning to wait is one step; the decision comes before it.
  Arrive(OpKind::kFutexWait, futex, false, pc);
  if (__atomic_load_n(reinterpret_cast<const uint32_t*>(address), __ATOMIC_RELAXED) != expected) {
    NoteUse(OpKind::kFutexWait, EAGAIN, false, &futex->order);
    Done(OpKind::kFutexWait, futex, EAGAIN, expected);
    return EAGAIN;
  }
  NoteUse(OpKind::kFutexWait, 0, false, &futex->order);
  NoteUse(OpKind::kFutexWait, 0, true, &futex->queue_order);
  thread->woken = false;
  thread->futex_address = address;
  thread->futex_expected = expected;
  thread->futex_bitset = bitset;
  SetDeadline(thread, deadline_ns);
  Arrive(OpKind::kFutexWait, futex, true, pc);
  const bool woken = thread->woken;
  thread->woken = false;
  thread->futex_address = 0;
  ClearDeadline(thread);
  const int error = woken ? 0 : ETIMEDOUT;
  Done(OpKind::kFutexWait, futex, static_cast<uint32_t>(error), expected);
  NoteWaitEnds(OpKind::kFutexWait, woken, &futex->queue_order);
  return error;
}

int Engine::WakeFutex(uintptr_t address, uint32_t count, uint32_t bitset, uintptr_t pc) {
  SyncObject* futex = objects_.Find(address, ObjectKind::kAtomic);
  if (futex == nullptr) futex = objects_.Make(address, ObjectKind::kAtomic);
  Arrive(OpKind::kFutexWake, futex, false, pc);
  NoteUse(OpKind::kFutexWake, 0, true, &futex->queue_order);
  NoteProgress(current_);
  int woken = 0;
  // In order of arrival, as the kernel does for threads of equal priority.
  for (Thread* waiter = futex->first_waiter;
       waiter != nullptr && static_cast<uint32_t>(woken) < count; waiter = waiter->next_waiter) {
    if (waiter->woken || pending_[Index(waiter->id)].kind != OpKind::kFutexWait) continue;
    if ((waiter->futex_bitset & bitset) == 0) continue;
    if (reduction_ != nullptr) reduction_->NoteEnables(waiter->id);
    waiter->woken_by = current_->order;
    waiter->woken = true;
    UpdateEnabled(waiter);
    ++woken;
  }
  Done(OpKind::kFutexWake, futex, 0, static_cast<uint64_t>(woken));
  return woken;
}

// --- giving way, sleeping, choosing ----------------------------------------------------------------------------------

void Engine::Yield(uintptr_t pc) {
  Arrive(OpKind::kYield, nullptr, false, pc);
  Done(OpKind::kYield, nullptr, 0, 0);
}

void Engine::SleepUntil(uint64_t deadline_ns, uintptr_t pc) {
  Thread* thread = current_;
  SetDeadline(thread, &deadline_ns);
  Arrive(OpKind::kSleep, nullptr, true, pc);
  ClearDeadline(thread);
  Done(OpKind::kSleep, nullptr, 0, 0);
  TestCancel();
}

uint32_t Engine::Choose(uint32_t count, uintptr_t pc) {
  current_->pc = pc;
  if (announces_all_) Arrive(OpKind::kChoose, nullptr, false, pc);
  uint32_t value = 0;
  if (count > 1) value = ChooseValue(DecisionKind::kChoice, count, environment_.Below(count));
  Done(OpKind::kChoose, nullptr, 0, value);
  return value;
}

bool Engine::WeakFailure() {
  if (phase_ != Phase::kRunning || !detects(trace::kAllowWeakFailure)) return false;
  const uint32_t drawn = !replaying_ && environment_.Chance(weak_per_mille_) ? 1 : 0;
  return ChooseValue(DecisionKind::kWeakFailure, 2, drawn) != 0;
}

// --- the outside world -----------------------------------------------------------------------------------------------

WaitOutcome Engine::WaitOutside(OpKind op, PollFunction poll, void* context,
                                const uint64_t* deadline_ns, uintptr_t pc) {
  Thread* thread = current_;
  LeaveOut(trace::kDporOutside);
  // What it finds ready at once costs a decision like any other operation, so that others may come first.
  Arrive(op, nullptr, false, pc);
  if (poll(context)) {
    Done(op, nullptr, 0, 0);
    return WaitOutcome::kDone;
  }
  if (outside_count_ == kOutsideMax)
    DieOfLimit("kOutsideMax", "threads waiting for descriptors", kOutsideMax);
  outside_[outside_count_++] = {thread, poll, context};
  thread->ready = false;
  thread->woken = false;
  SetDeadline(thread, deadline_ns);
  Arrive(op, nullptr, true, pc);
  ClearDeadline(thread);
  for (uint32_t i = 0; i < outside_count_; ++i) {
    if (outside_[i].thread != thread) continue;
    --outside_count_;
    for (uint32_t k = i; k < outside_count_; ++k) outside_[k] = outside_[k + 1];
    break;
  }
  const bool ready = thread->ready;
  thread->ready = false;
  Done(op, nullptr, ready ? 0 : ETIMEDOUT, 0);
  TestCancel();
  return ready ? WaitOutcome::kDone : WaitOutcome::kTimedOut;
}

// True if somebody can go on.
bool Engine::PollOutside() {
  bool any = false;
  for (uint32_t i = 0; i < outside_count_; ++i) {
    OutsideWait& wait = outside_[i];
    if (wait.thread->ready) continue;
    if (!wait.poll(wait.context)) continue;
    wait.thread->ready = true;
    UpdateEnabled(wait.thread);
    any = true;
  }
  return any;
}

void Engine::OutsideChanged() {
  if (outside_count_ > 0) [[maybe_unused]]
    const bool any = PollOutside();
}

// Everybody waits for the outside world: so do we, a little at a time. The driver sees that no decision is made and
// ends an execution that waits too long.
void Engine::WaitForOutside() {
  NoteUncontrolled("waiting for the outside world",
                   "all threads waited for descriptors, signals or child processes; the order of "
                   "their events is not "
                   "controlled");
  for (uint64_t pause_ns = 20'000;; pause_ns = pause_ns < 2'000'000 ? pause_ns * 2 : pause_ns) {
    if (PollOutside()) return;
    timespec pause{0, static_cast<long>(pause_ns)};
    sys::Syscall(SYS_nanosleep, sys::Arg(&pause), 0);
  }
}

}  // namespace heddle::engine
