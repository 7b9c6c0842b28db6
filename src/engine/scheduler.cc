// Decisions: announcing operations, choosing among enabled threads, switching, and what to do when nobody can go on.
#include <signal.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/baton.h"
#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/note_order.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {
namespace {

using trace::DecisionKind;
using trace::OpKind;

// A thread that wins this many decisions in a row while others could run is passed over once. Without it a strategy
// with fixed priorities would let a thread poll under a lock for ever. Long enough not to disturb what PCT promises for
// programs that make progress.
constexpr uint64_t kRunLengthMax = 5000;

// After this many yields and nothing else, a thread gives way also in an execution that does not heed yields.
constexpr uint32_t kYieldsMax = 32;

// Waiting that pthread_cancel ends (POSIX.1-2017, XSH 2.9.5). Locks of every kind and barriers are not among them.
bool IsCancellationPoint(OpKind kind) {
  switch (kind) {
    case OpKind::kCondWait:
    case OpKind::kCondTimedWait:
    case OpKind::kThreadJoin:
    case OpKind::kSemWait:
    case OpKind::kSemTimedWait:
    case OpKind::kSleep:
    case OpKind::kIoWait:
    case OpKind::kProcessWait:
    case OpKind::kSignalWait:
      return true;
    default:
      return false;
  }
}

}  // namespace

// The two functions below are inlined into the places that wait for a turn: after a switch the processor predicts every
// return wrongly, so there are to be few.

[[gnu::always_inline]] inline void Engine::SwitchTo(Thread* next) {
  Thread* from = current_;
  current_ = next;
  next->switched_at = region_->execution.event_count;
  if (!next->has_deadline && !HasDeadlines()) idle_jumps_ = 0;
  UpdateFastPath();
  if (__builtin_expect(next->signal_mask != kernel_signal_mask_ && !baton_, 0)) {
    kernel_signal_mask_ = next->signal_mask;
    sys::Syscall(SYS_rt_sigprocmask, SIG_SETMASK, sys::Arg(&kernel_signal_mask_), 0, 8);
  }
  if (__builtin_expect(baton_, 0)) {
    PassBaton(from->identity, next->identity);  // does not return to a thread that has ended
  } else {
    sys::SwitchFibre(&from->context, next->context);
  }
  // Back again, perhaps much later: whoever ran last left the gate in its own state.
  EnterRuntime();
}

// Chooses who goes on and switches there. Returns when the current thread is chosen.
[[gnu::always_inline]] inline void Engine::DecideHere() {
  if (__builtin_expect(phase_ == Phase::kBeforeMain, 0)) {
    while (enabled_.empty()) NothingEnabled();
    if (!enabled_.Contains(current_->id)) SwitchTo(&threads_[Index(enabled_.Nth(0))]);
    return;
  }
  if (phase_ == Phase::kEnding) EndExecution();
  region_->live.heartbeat = region_->live.heartbeat + 1;
  ThreadId next;
  for (;;) {
    if (enabled_.empty()) {
      NothingEnabled();
      continue;
    }
    next = ChooseThread();
    if (next != kNoThread) break;
  }
  if (next != current_->id) {
    run_length_ = 0;
    SwitchTo(&threads_[Index(next)]);
  } else {
    ++run_length_;
  }
}

// Announces an operation of the current thread and returns when the thread was chosen to carry it out. A conditional
// operation makes the thread a candidate only while CanProceed holds.
void Engine::Arrive(OpKind kind, SyncObject* object, bool conditional, uintptr_t pc) {
  Thread* thread = current_;
  thread->pc = pc;
  pending_[Index(thread->id)] = {kind, object != nullptr ? object->id : kNoObject,
                                 trace::SiteOf(pc)};
  if (__builtin_expect(reduction_ != nullptr, 0)) AnnounceToReduction(kind, object, conditional);
  if (conditional) {
    if (object != nullptr) LinkWaiter(object, thread);
    UpdateEnabled(thread);
    if (!enabled_.Contains(thread->id)) FailIfDeadlocked(thread);
  }
  DecideHere();
  if (conditional) {
    UnlinkWaiter(thread);
    enabled_.Insert(thread->id);
  }
}

void Engine::Decide() { DecideHere(); }

// Notes that the current thread has carried out an operation.
void Engine::Done(OpKind kind, SyncObject* object, uint32_t result, uint64_t value, uint8_t bytes) {
  Thread* thread = current_;
  const uint32_t object_number = object != nullptr ? Index(object->id) : 0;
  trace::Execution& execution = region_->execution;
  // Values stay out of the hash: they may be addresses, which differ between two processes.
  const uint64_t word = uint64_t{Index(thread->id)} << 48 ^
                        uint64_t { static_cast<uint8_t>(kind) } << 40 ^
                        uint64_t { result & 0xff } << 32 ^ object_number;
  event_hash_ = (event_hash_ ^ word) * 0x9e3779b97f4a7c15;
  event_hash_ ^= event_hash_ >> 29;
  execution.event_hash = event_hash_;
  const uint64_t number = execution.event_count++;
  if (const strategy::OrderUse use = order_uses_[static_cast<uint8_t>(kind)];
      use != strategy::OrderUse::kNothing) {
    strategy::OrderChain* chain = object != nullptr ? &object->order : &outside_order_;
    NoteUse(kind, result, use != strategy::OrderUse::kReads, chain);
  }
  // Time that depends on the order of what has nothing to do with each other would make it matter.
  if (!announces_all_) now_ns_ += 1000;
  if (strategy_listens_) {
    const strategy::PendingOp op = {kind, object != nullptr ? object->id : kNoObject,
                                    trace::SiteOf(thread->pc)};
    strategy_->OnEvent(thread->id, op, pending_, thread_count_);
  }
  if (__builtin_expect(profiling_, 0)) NoteProfile(kind, object);
  pending_[Index(thread->id)] = {};
  thread->yields_in_a_row = kind == OpKind::kYield ? thread->yields_in_a_row + 1 : 0;
  if (__builtin_expect(recording_, 0)) {
    if (observing_) return ObserveSync(kind, object, result, value);
    if (number >= kEventsMax) return;
    trace::Event& event = region_->events[number];
    event = {};
    event.thread = Index(thread->id);
    event.op = kind;
    event.size = bytes;
    event.switched = thread->switched_at == number;
    event.object = object_number;
    event.result = result;
    event.address = object != nullptr ? object->address : 0;
    event.value = value;
    event.pc = thread->pc;
    event.time_ns = now_ns_;
    event.step = thread->steps;
    event.snapshot =
        number >= command_.snapshot_events_from ? Snapshot(thread, 2u << 10) : trace::kNoIndex;
    execution.kept_event_count = static_cast<uint32_t>(number) + 1;
  }
}

// One choice: a thread, or kNoThread when the environment acted instead (time passed, a thread woke up without cause)
// and the choice is to be made again.
ThreadId Engine::ChooseThread() {
  if (__builtin_expect(annotating_, 0)) NoteStep();
  if (__builtin_expect(reduction_ != nullptr, 0)) return ChooseByReduction();
  const uint32_t count = enabled_.count();
  const bool time_may_pass = HasDeadlines() && detects(trace::kAllowEarlyTime) && !announces_all_;
  const bool may_wake = condition_waiters_ > 0 && spurious_left_ > 0 &&
                        detects(trace::kAllowSpurious) && !announces_all_;
  if (count == 1 && !time_may_pass && !may_wake) return enabled_.Nth(0);

  if (guided_) return ChooseGuided(time_may_pass, may_wake);
  if (replaying_) {
    trace::Decision decision = 0;
    if (!NextReplayed(&decision)) {
      // The recorded decisions are used up: run on, else the lowest number.
      return enabled_.Contains(current_->id) ? current_->id : enabled_.Nth(0);
    }
    switch (trace::KindOf(decision)) {
      case DecisionKind::kThread: {
        const ThreadId thread{trace::ValueOf(decision)};
        if (Index(thread) < thread_count_ && enabled_.Contains(thread)) {
          Record(decision);
          return thread;
        }
        Diverge("that thread is not able to run here", decision);
        return enabled_.Nth(0);
      }
      case DecisionKind::kAdvanceTime:
        if (!time_may_pass) {
          Diverge("no thread waits for a point in time here", decision);
          return kNoThread;
        }
        Record(decision);
        AdvanceToEarliestDeadline();
        return kNoThread;
      case DecisionKind::kSpuriousWake: {
        const uint32_t number = trace::ValueOf(decision);
        if (!may_wake || number >= thread_count_ || pending_[number].kind != OpKind::kCondWait ||
            threads_[number].woken) {
          Diverge("that thread does not wait on a condition variable here", decision);
          return kNoThread;
        }
        Record(decision);
        --spurious_left_;
        NoteWakeWithoutCause(&threads_[number]);
        threads_[number].woken = true;
        UpdateEnabled(&threads_[number]);
        return kNoThread;
      }
      case DecisionKind::kWeakFailure:
      case DecisionKind::kWaiter:
      case DecisionKind::kChoice:
      case DecisionKind::kReadiness:
      case DecisionKind::kSetting:
        break;
    }
    Diverge("a thread was to be chosen here", decision);
    return enabled_.Nth(0);
  }

  if (systematic_ != nullptr) {
    return ChooseSystematically(time_may_pass && EarlyTimeIsPlausible(), may_wake);
  }

  if ((time_may_pass || may_wake) && EnvironmentActs()) return kNoThread;
  if (count == 1) {
    const ThreadId only = enabled_.Nth(0);
    Record(trace::MakeDecision(DecisionKind::kThread, Index(only)));
    return only;
  }

  const bool current_enabled = enabled_.Contains(current_->id);
  ThreadId next;
  const bool gives_way = current_enabled && GivesWay();
  const strategy::Choice choice{&enabled_, current_->id, current_enabled && !gives_way, pending_,
                                gives_way};
  if (gives_way) {
    enabled_.Erase(current_->id);
    next = strategy_->PickNext(choice);
    enabled_.Insert(current_->id);
  } else if (random_walk_ != nullptr) {
    next = random_walk_->PickNext(choice);
  } else {
    next = strategy_->PickNext(choice);
  }
  Record(trace::MakeDecision(DecisionKind::kThread, Index(next)));
  return next;
}

// Whether the current thread is passed over this time. A yield that is not heeded may still be part of a loop that waits
// for somebody else.
bool Engine::GivesWay() const {
  const bool yields = pending_[Index(current_->id)].kind == OpKind::kYield &&
                      (heeds_yields_ || current_->yields_in_a_row > kYieldsMax);
  return yields || run_length_ >= kRunLengthMax;
}

// Lets time pass, or wakes a waiter without cause, now and then. True if it did.
bool Engine::EnvironmentActs() {
  if (HasDeadlines() && detects(trace::kAllowEarlyTime) && time_per_mille_ > 0 &&
      environment_.Chance(time_per_mille_) && EarlyTimeIsPlausible()) {
    Record(trace::MakeDecision(DecisionKind::kAdvanceTime, 0));
    AdvanceToEarliestDeadline();
    return true;
  }
  if (condition_waiters_ > 0 && spurious_left_ > 0 && spurious_per_mille_ > 0 &&
      environment_.Chance(spurious_per_mille_)) {
    const uint32_t waiters = UncausedWakeUps();
    if (waiters == 0) return false;
    WakeWithoutCause(environment_.Below(waiters));
    return true;
  }
  return false;
}

// How many threads could wake up without cause.
uint32_t Engine::UncausedWakeUps() const {
  uint32_t waiters = 0;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    waiters += pending_[i].kind == OpKind::kCondWait && !threads_[i].woken &&
               threads_[i].waiting_on != nullptr;
  }
  return waiters;
}

// REQUIRES: index < UncausedWakeUps().
void Engine::WakeWithoutCause(uint32_t index) {
  for (uint32_t i = 0; i < thread_count_; ++i) {
    if (pending_[i].kind != OpKind::kCondWait || threads_[i].woken ||
        threads_[i].waiting_on == nullptr)
      continue;
    if (index-- > 0) continue;
    --spurious_left_;
    Record(trace::MakeDecision(DecisionKind::kSpuriousWake, i));
    NoteWakeWithoutCause(&threads_[i]);
    threads_[i].woken = true;
    UpdateEnabled(&threads_[i]);
    return;
  }
}

// Nobody can go on as things stand: the outside world, time, spinning threads, in this order; else it is a finding.
void Engine::NothingEnabled() {
  if (reduction_ != nullptr) reduction_->NoteBarrier();
  if (outside_count_ > 0 && PollOutside()) return;
  if (HasDeadlines()) {
    // A program of which only timers are left alive makes no progress, however long it runs. A lock that sleeps between
    // its tries makes many timers while its owner sleeps once, so a while must pass as well.
    constexpr uint64_t kIdleJumpsMax = 20'000;
    constexpr uint64_t kIdleTimeMax = 2'000'000'000;
    if (idle_jumps_++ == 0) idle_since_ns_ = now_ns_;
    if (idle_jumps_ > kIdleJumpsMax && now_ns_ - idle_since_ns_ > kIdleTimeMax &&
        outside_count_ == 0)
      ReportStuck();
    AdvanceToEarliestDeadline();
    return;
  }
  if (outside_count_ > 0) {
    WaitForOutside();
    return;
  }
  if (LetSpinnersGoOn()) return;
  ReportStuck();
}

void Engine::NoteSignalMask() {
  sys::Syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, sys::Arg(&kernel_signal_mask_), 8);
  current_->signal_mask = kernel_signal_mask_;
}

bool Engine::CanProceed(const Thread& thread) const {
  const strategy::PendingOp& pending = pending_[Index(thread.id)];
  if (thread.has_deadline && now_ns_ >= thread.deadline_ns) return true;
  const SyncObject* object = thread.waiting_on;
  switch (pending.kind) {
    case OpKind::kMutexLock:
    case OpKind::kMutexTimedLock:
    case OpKind::kSpinLock:
      return object->mutex.CanLock(thread.id);
    case OpKind::kCondRelock:
      return !object->mutex.held();
    case OpKind::kReadLock:
    case OpKind::kTimedReadLock:
      return object->rwlock.CanReadLock(
          thread.id, object->rwlock.prefers_writers() && BlockedWriter(object) != nullptr);
    case OpKind::kWriteLock:
    case OpKind::kTimedWriteLock:
      return object->rwlock.CanWriteLock(thread.id);
    case OpKind::kSemWait:
    case OpKind::kSemTimedWait:
      return object->semaphore.CanWait();
    case OpKind::kBarrierWait:
      return object->barrier.CanLeave(thread.barrier_round);
    case OpKind::kOnce:
    case OpKind::kGuardAcquire:
      return object->once.CanEnter();
    case OpKind::kThreadJoin:
      return thread.ready;
    case OpKind::kCondWait:
    case OpKind::kCondTimedWait:
    case OpKind::kFutexWait:
      return thread.woken;
    case OpKind::kIoWait:
    case OpKind::kProcessWait:
    case OpKind::kSignalWait:
      return thread.ready || thread.woken;
    case OpKind::kSleep:
      return false;
    case OpKind::kSpin:
      return !thread.spinning;
    default:
      return true;
  }
}

void Engine::UpdateEnabled(Thread* thread) {
  const bool cancelled = thread->cancel_requested && !thread->cancel_disabled && !thread->exiting &&
                         IsCancellationPoint(pending_[Index(thread->id)].kind);
  if (CanProceed(*thread) || cancelled) {
    enabled_.Insert(thread->id);
  } else {
    enabled_.Erase(thread->id);
  }
}

// The object changed: looks again at everyone whose next operation depends on it.
void Engine::Refresh(SyncObject* object) {
  for (Thread* thread = object->first_waiter; thread != nullptr; thread = thread->next_waiter)
    UpdateEnabled(thread);
}

void Engine::LinkWaiter(SyncObject* object, Thread* thread) {
  HEDDLE_CHECK(thread->waiting_on == nullptr);
  thread->waiting_on = object;
  thread->next_waiter = nullptr;
  thread->previous_waiter = object->last_waiter;
  (object->last_waiter != nullptr ? object->last_waiter->next_waiter : object->first_waiter) =
      thread;
  object->last_waiter = thread;
}

void Engine::UnlinkWaiter(Thread* thread) {
  SyncObject* object = thread->waiting_on;
  if (object == nullptr) return;
  (thread->previous_waiter != nullptr ? thread->previous_waiter->next_waiter
                                      : object->first_waiter) = thread->next_waiter;
  (thread->next_waiter != nullptr ? thread->next_waiter->previous_waiter : object->last_waiter) =
      thread->previous_waiter;
  thread->waiting_on = nullptr;
}

void Engine::Record(trace::Decision decision) {
  trace::Execution& execution = region_->execution;
  const uint64_t number = execution.decision_count;
  if (number >= kDecisionsMax)
    DieOfLimit("kDecisionsMax", "decisions in one execution", kDecisionsMax);
  // In a replay the decision stands there already; writing it again would dirty shared pages for nothing.
  if (region_->decisions[number] != decision) region_->decisions[number] = decision;
  execution.decision_count = number + 1;
  if (__builtin_expect(annotating_, 0)) NoteDecision(decision, number);
}

bool Engine::NextReplayed(trace::Decision* decision) {
  if (region_->execution.diverged != 0 || replay_next_ >= command_.decision_count) return false;
  *decision = region_->decisions[replay_next_++];
  return true;
}

// The recorded decision does not fit what the program does now. The first such place is told; from there on the execution
// goes its own way.
void Engine::Diverge(const char* what, trace::Decision wanted) {
  trace::Execution& execution = region_->execution;
  if (execution.diverged != 0) return;
  execution.diverged = 1;
  execution.diverged_at = execution.decision_count;
  Text text(execution.diverged_message, sizeof execution.diverged_message);
  text.Add("decision ").Number(execution.decision_count).Add(" of the recorded schedule (");
  switch (trace::KindOf(wanted)) {
    case DecisionKind::kThread:
      text.Add("run T").Number(trace::ValueOf(wanted));
      break;
    case DecisionKind::kAdvanceTime:
      text.Add("let time pass");
      break;
    case DecisionKind::kSpuriousWake:
      text.Add("wake T").Number(trace::ValueOf(wanted)).Add(" without cause");
      break;
    case DecisionKind::kWeakFailure:
    case DecisionKind::kWaiter:
    case DecisionKind::kChoice:
    case DecisionKind::kReadiness:
    case DecisionKind::kSetting:
      text.Add("choose ").Number(trace::ValueOf(wanted));
      break;
  }
  text.Add(") does not fit: ").Add(what);
  if (has_driver_) return;
  // Under a debugger there is nobody else to tell it.
  [[maybe_unused]] ssize_t ignored = write(2, "heddle: ", 8);
  ignored = write(2, execution.diverged_message, text.length());
  ignored = write(2, "\n", 1);
}

// A choice that is not about threads: `drawn` unless a replay says otherwise.
// REQUIRES: drawn < count.
uint32_t Engine::ChooseValue(DecisionKind kind, uint32_t count, uint32_t drawn) {
  if (systematic_ != nullptr) drawn = ValueSystematically(kind, count, drawn);
  if (reduction_ != nullptr) drawn = ValueByReduction(kind, count);
  trace::Decision decision = trace::MakeDecision(kind, drawn);
  if (guided_) {
    decision = trace::MakeDecision(kind, ValueGuided(kind, count));
  } else if (replaying_) {
    trace::Decision wanted = 0;
    if (!NextReplayed(&wanted)) {
      decision = trace::MakeDecision(kind, 0);
    } else if (trace::KindOf(wanted) != kind || trace::ValueOf(wanted) >= count) {
      Diverge("another kind of choice was to be made here", wanted);
    } else {
      decision = wanted;
    }
  }
  Record(decision);
  const uint32_t value = trace::ValueOf(decision);
  if (kind == DecisionKind::kChoice || (kind == DecisionKind::kWeakFailure && value != 0))
    NoteOutcome(OpKind::kChoose, value);
  return value;
}

}  // namespace heddle::engine
