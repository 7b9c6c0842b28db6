// Following a schedule by place, and noting where each decision of an execution stands (trace/guide.h). Only for
// executions that a driver asks for in order to shrink or explain a schedule; nobody else pays more than a branch.
//
//   step  what happens                            where
//   1     a thread arrives at a decision point    NoteStep: its next step, unless the environment has just acted
//   2     the guide's points about this step      ChooseGuided: the first that fits; else the usual choice
//   3     the decision is recorded                NoteDecision: whose step, usual or not, preemptive or not
#include "engine/engine.h"

namespace heddle::engine {

using trace::DecisionKind;
using trace::GuidePoint;

void Engine::BeginGuide(const trace::Command& command) {
  guided_ = (command.flags & trace::kGuided) != 0;
  annotating_ = guided_ || (command.flags & trace::kAnnotate) != 0;
  same_arrival_ = false;
  if (!annotating_) return;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    threads_[i].steps = 0;
    threads_[i].acts = 0;
    threads_[i].values = 0;
  }
}

// The current thread has arrived.
void Engine::NoteStep() {
  if (same_arrival_) {
    same_arrival_ = false;
    return;
  }
  trace::Execution& execution = region_->execution;
  if (++current_->steps == 1) ++execution.threads_involved;
  current_->acts = 0;
  current_->values = 0;
  ++execution.step_count;
  if (guided_ && command_.steps_max != 0 && execution.step_count > command_.steps_max)
    EndExecution();
}

// Who goes on if nothing special is wanted. In turns, so that threads that yield to each other all get on.
// REQUIRES: somebody is enabled.
ThreadId Engine::UsualThread() const {
  const ThreadId current = current_->id;
  if (enabled_.Contains(current) && (!GivesWay() || enabled_.count() == 1)) return current;
  ThreadId first = kNoThread;
  for (uint32_t n = 0; n < enabled_.count(); ++n) {
    const ThreadId thread = enabled_.Nth(n);
    if (thread == current) continue;
    if (Index(thread) > Index(current)) return thread;
    if (first == kNoThread) first = thread;
  }
  return first;
}

void Engine::NoteDecision(trace::Decision decision, uint64_t number) {
  trace::Execution& execution = region_->execution;
  const DecisionKind kind = trace::KindOf(decision);
  const uint32_t value = trace::ValueOf(decision);
  const ThreadId current = current_->id;
  GuidePoint point = {Index(current), current_->steps, 0, decision, 0};
  if (kind == DecisionKind::kThread) {
    const bool leaves = value != Index(current);
    if (ThreadId{value} == UsualThread()) point.flags |= trace::kUsual;
    if (leaves && enabled_.Contains(current) && !GivesWay()) point.flags |= trace::kPreemptive;
  } else if (kind == DecisionKind::kAdvanceTime || kind == DecisionKind::kSpuriousWake) {
    same_arrival_ = true;  // the choice is about to be made again
  } else {
    point.ordinal = current_->values++;
    if (value == 0) point.flags |= trace::kUsual;
  }
  execution.preemptive_switches += (point.flags & trace::kPreemptive) != 0;
  execution.unusual_choices += (point.flags & trace::kUsual) == 0;
  if (number < kGuideMax) region_->notes[number] = point;
}

void Engine::NoteScheduleOf(trace::Finding* finding) const {
  const trace::Execution& execution = region_->execution;
  finding->preemptive_switches = execution.preemptive_switches;
  // A thread that has not come to its first decision point yet has run all the same.
  finding->threads_involved = execution.threads_involved + (annotating_ && current_->steps == 0);
  finding->unusual_choices = execution.unusual_choices;
}

// The first point that is not about an earlier step of the thread, nor about a thread with a lower number.
uint32_t Engine::FirstGuidePoint(uint32_t thread, uint32_t step) const {
  uint32_t low = 0;
  uint32_t high = command_.guide_count < kGuideMax ? command_.guide_count : kGuideMax;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const GuidePoint& point = region_->guide[middle];
    if (point.thread < thread || (point.thread == thread && point.step < step)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// As ChooseThread: a thread, or kNoThread when the environment acted instead.
ThreadId Engine::ChooseGuided(bool time_may_pass, bool may_wake) {
  Thread* thread = current_;
  const uint32_t number = Index(thread->id);
  for (uint32_t at = FirstGuidePoint(number, thread->steps) + thread->acts;
       at < command_.guide_count && at < kGuideMax; ++at) {
    const GuidePoint& point = region_->guide[at];
    if (point.thread != number || point.step != thread->steps) break;
    ++thread->acts;
    if (trace::KindOf(point.decision) != DecisionKind::kThread) {
      if (ActGuided(point.decision, time_may_pass, may_wake)) return kNoThread;
      continue;
    }
    const ThreadId next{trace::ValueOf(point.decision)};
    if (Index(next) >= thread_count_ || !enabled_.Contains(next)) continue;
    Record(point.decision);
    return next;
  }
  const ThreadId next = UsualThread();
  Record(trace::MakeDecision(DecisionKind::kThread, Index(next)));
  return next;
}

// Does what the environment is to do, if it can. False if it cannot, or if the decision is of another kind.
bool Engine::ActGuided(trace::Decision decision, bool time_may_pass, bool may_wake) {
  const uint32_t value = trace::ValueOf(decision);
  switch (trace::KindOf(decision)) {
    case DecisionKind::kAdvanceTime:
      if (!time_may_pass) return false;
      Record(decision);
      AdvanceToEarliestDeadline();
      return true;
    case DecisionKind::kSpuriousWake:
      if (!may_wake || value >= thread_count_ || pending_[value].kind != trace::OpKind::kCondWait ||
          threads_[value].woken || threads_[value].waiting_on == nullptr)
        return false;
      --spurious_left_;
      Record(decision);
      threads_[value].woken = true;
      UpdateEnabled(&threads_[value]);
      return true;
    case DecisionKind::kThread:
    case DecisionKind::kWeakFailure:
    case DecisionKind::kWaiter:
    case DecisionKind::kChoice:
    case DecisionKind::kReadiness:
    case DecisionKind::kSetting:
      break;
  }
  return false;
}

// A value that the guide names for this place, else 0.
uint32_t Engine::ValueGuided(DecisionKind kind, uint32_t count) const {
  const uint32_t number = Index(current_->id);
  for (uint32_t at = FirstGuidePoint(number, current_->steps);
       at < command_.guide_count && at < kGuideMax; ++at) {
    const GuidePoint& point = region_->guide[at];
    if (point.thread != number || point.step != current_->steps) break;
    const bool meant = trace::KindOf(point.decision) == kind && point.ordinal == current_->values;
    if (meant && trace::ValueOf(point.decision) < count) return trace::ValueOf(point.decision);
  }
  return 0;
}

}  // namespace heddle::engine
