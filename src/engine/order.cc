// What the fingerprint of an execution's order (strategy/order.h) asks of the engine. Most steps are noted where they are
// done (Engine::Done); here is what wakes whom, and what follows from more than the order.
//
// Spinning, yielding and the ends of threads leave no trace: how often a thread spins says nothing about the order of what it
// and others do. Thread numbers, times and addresses are not in it either.
#include "engine/engine.h"
#include "engine/note_order.h"

namespace heddle::engine {

using trace::OpKind;

// If the fingerprint is not wanted, hardly anything is noted, and it means nothing.
void Engine::CountOrders(bool wanted) {
  for (uint32_t i = 0; i < trace::kOpKindCount; ++i) {
    const auto kind = static_cast<OpKind>(i);
    order_uses_[i] = wanted ? strategy::OrderUseOf(kind) : strategy::OrderUse::kNothing;
  }
}

// A result that does not follow from what happened before, or who made the step possible.
void Engine::NoteOutcome(OpKind kind, uint64_t outcome) {
  const uint32_t label = strategy::OrderLabel(kind, 0, trace::SiteOf(current_->pc));
  current_->order = strategy::OrderOfOutcome(current_->order, label, outcome);
  region_->execution.order += current_->order;
}

// A thread is known by what its creator had done.
void Engine::NoteInheritance(Thread* parent, Thread* child) {
  parent->order = strategy::OrderOfOutcome(parent->order, 0, 0);
  child->order = strategy::OrderOfOutcome(parent->order, 0, 1);
}

// The current thread waits no longer among the `waiters` of an object, because somebody woke it or its time was up. Then the
// next signal does not find it there. Condition variables do not care in which order waiters come and go, futexes do.
void Engine::NoteWaitEnds(OpKind kind, bool woken, strategy::OrderChain* waiters) {
  Thread* thread = current_;
  if (!woken) {
    NoteUse(kind, 1, kind == OpKind::kFutexWait, waiters);
  } else if (thread->woken_by != 0) {
    NoteOutcome(kind, thread->woken_by);
  }
  thread->woken_by = 0;
}

// From now on a signal passes over the waiter, so it is as if the environment had changed the condition variable.
void Engine::NoteWakeWithoutCause(Thread* waiter) {
  strategy::OrderChain* waiters = &waiter->waiting_on->order;
  const uint32_t label = strategy::OrderLabel(OpKind::kCondWait, 1, 0);
  waiter->woken_by = strategy::OrderOfUse(waiter->order, label, true, waiters);
  region_->execution.order += waiter->woken_by;
}

}  // namespace heddle::engine
