// What the search without repetitions (strategy/dpor.h) asks of the engine: that whatever a thread does between two
// announcements touches nothing that other threads see but what it announced.
//
//   other strategies                                      in an execution that announces all
//   a thread is created, then a decision                  a decision, then it is created
//   a join of a thread that has ended is no decision      it is
//   Choose is no decision                                 it is; its result is one of this step
//   nor are entering what is initialised once, and done,  they are
//   and reading the value of a semaphore
//   which waiter a signal wakes: in order of arrival      in order of numbers, so that arriving commutes
//   a waiter wakes without cause at any time              at once when it begins to wait, at most once for each thread:
//                                                         it takes the mutex back at any time
//   time goes on with each operation                      only when nobody can go on
//   whether a spinning thread waits depends on values     on what it read itself
//   at that moment
//
// That an execution announces all is part of its schedule (DecisionKind::kSetting), so replays do the same.
#include "engine/engine.h"

namespace heddle::engine {

using trace::DecisionKind;
using trace::OpKind;

void Engine::BeginReduction() {
  const bool probes = (command_.flags & trace::kProbeSearch) != 0;
  reduction_->Attach(probes ? &region_->dpor_probe : &region_->dpor);
}

void Engine::AnnounceToReduction(OpKind kind, SyncObject* object, bool conditional) {
  const uint32_t also = also_touches_ != nullptr ? Index(also_touches_->id) : 0;
  also_touches_ = nullptr;
  current_->announced = object;
  reduction_->Announce(current_->id,
                       {kind, object != nullptr ? Index(object->id) : 0, conditional, also});
}

// Threads that were started before main have announced what they do when nobody listened.
void Engine::AnnounceThoseBeforeMain() {
  for (uint32_t i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[i];
    if (&thread == current_ || thread.state != ThreadState::kAlive) continue;
    thread.announced = thread.waiting_on;
    reduction_->Announce(
        thread.id, {pending_[i].kind, Index(pending_[i].object), thread.waiting_on != nullptr, 0});
  }
}

// Who could take the object that the thread's next operation is about.
uint32_t Engine::AvailableNow(const Thread& thread) const {
  constexpr uint32_t kBoth = trace::kDporShared | trace::kDporExclusive;
  const SyncObject* object = thread.announced;
  if (object == nullptr) return 0;
  switch (object->kind) {
    case ObjectKind::kMutex:
      return object->mutex.held() ? 0 : kBoth;
    case ObjectKind::kRwLock:
      if (!object->rwlock.held()) return kBoth;
      return object->rwlock.writer() == kNoThread ? uint32_t{trace::kDporShared} : 0;
    case ObjectKind::kSemaphore:
      return object->semaphore.CanWait() ? kBoth : 0;
    case ObjectKind::kOnce:
      return object->once.CanEnter() ? kBoth : 0;
    case ObjectKind::kNone:
    case ObjectKind::kCondition:
    case ObjectKind::kBarrier:
    case ObjectKind::kAtomic:
    case ObjectKind::kThread:
    case ObjectKind::kDescriptor:
    case ObjectKind::kSync:
      break;
  }
  return 0;
}

ThreadId Engine::ChooseByReduction() {
  const ThreadId next = reduction_->Pick(enabled_, current_->id, objects_.count());
  reduction_->NoteAvailable(AvailableNow(threads_[Index(next)]));
  if (enabled_.count() > 1) Record(trace::MakeDecision(DecisionKind::kThread, Index(next)));
  return next;
}

uint32_t Engine::ValueByReduction(DecisionKind kind, uint32_t count) {
  switch (kind) {
    case DecisionKind::kSetting:
      return 4 | (wants_plain_watch_ ? 2u : 0u);
    case DecisionKind::kWeakFailure:
      if (current_->has_failed_without_cause) return 0;
      reduction_->Suppose(trace::kDporWeak);
      current_->has_failed_without_cause = reduction_->PickValue(count) != 0;
      return current_->has_failed_without_cause;
    case DecisionKind::kThread:
    case DecisionKind::kAdvanceTime:
    case DecisionKind::kSpuriousWake:
    case DecisionKind::kWaiter:
    case DecisionKind::kChoice:
      break;
    case DecisionKind::kReadiness:
      reduction_->LeaveOut(trace::kDporOutside);
      break;
  }
  return reduction_->PickValue(count);
}

// Whether the current thread, which begins to wait on a condition variable, wakes up without cause.
bool Engine::WakesWithoutCause() {
  if (!detects(trace::kAllowSpurious) || current_->has_woken_without_cause) return false;
  if (reduction_ != nullptr) reduction_->Suppose(trace::kDporSpurious);
  current_->has_woken_without_cause = ChooseValue(DecisionKind::kChoice, 2, 0) != 0;
  return current_->has_woken_without_cause;
}

// The execution ends. What threads would have done that could still run is not known.
void Engine::NoteCutShort() {
  if (phase_ != Phase::kRunning) return;
  if (!instrumented_) reduction_->LeaveOut(trace::kDporBlind);
  for (uint32_t i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    const bool could_run = thread.state == ThreadState::kAlive && enabled_.Contains(thread.id);
    if (could_run && &thread != current_) reduction_->LeaveOut(trace::kDporCutShort);
  }
}

}  // namespace heddle::engine
