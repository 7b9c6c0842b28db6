// Decisions under strategy dfs: every decision is a choice among options in a fixed order, and the search says which.
//
//   options of "who goes on": the running thread, if it can; the others by number; time passes (if somebody waits for it)
//   a preemption: another option than the running thread while that could go on, and letting time pass
//
// Spurious wake-ups and failures of weak compare-exchange are not among them: a loop around either would have no end. The
// command line and Explore switch them off for this strategy, and say so.
#include "engine/engine.h"

namespace heddle::engine {

using trace::DecisionKind;

// The next thread, or kNoThread if time passed instead.
ThreadId Engine::SearchThread(bool time_may_pass) {
  const bool current_enabled = enabled_.Contains(current_->id);
  const bool yields = pending_[Index(current_->id)].kind == trace::OpKind::kYield;
  const bool alone = enabled_.count() == 1;
  const bool gives_way = current_enabled && !alone && (yields || RunsTooLong());
  const bool goes_on = current_enabled && !gives_way;
  const uint32_t threads = enabled_.count() - (gives_way ? 1 : 0);
  const uint32_t count = threads + (time_may_pass ? 1 : 0);
  const uint32_t option = search_.Choose(count, goes_on ? 1 : threads);
  if (option == threads) {
    Record(trace::MakeDecision(DecisionKind::kAdvanceTime, 0));
    AdvanceToEarliestDeadline();
    return kNoThread;
  }
  ThreadId next = current_->id;
  if (!goes_on || option > 0) {
    // The option's number among the others.
    const uint32_t wanted = goes_on ? option - 1 : option;
    if (current_enabled) enabled_.Erase(current_->id);
    next = enabled_.Nth(wanted);
    if (current_enabled) enabled_.Insert(current_->id);
  }
  Record(trace::MakeDecision(DecisionKind::kThread, Index(next)));
  return next;
}

// A choice that is not about threads.
uint32_t Engine::SearchValue(DecisionKind kind, uint32_t count) {
  switch (kind) {
    case DecisionKind::kWaiter:
    case DecisionKind::kChoice:
      return search_.Choose(count, count);
    case DecisionKind::kSetting:
      return wants_plain_watch_ ? 2 : 0;
    default:
      return 0;
  }
}

}  // namespace heddle::engine
