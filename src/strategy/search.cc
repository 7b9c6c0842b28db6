// See search.h.
#include "strategy/search.h"

#include "base/check.h"

namespace heddle::strategy {

void Search::Restart(int32_t preemption_bound) {
  state_->started = 1;
  state_->complete = 0;
  state_->cut = 0;
  state_->bound = 0;
  state_->bound_max =
      preemption_bound < 0 ? trace::kNoIndex : static_cast<uint32_t>(preemption_bound);
  state_->completed_bound = -1;
  state_->depth = 0;
  state_->executions = 0;
}

uint32_t Search::Choose(uint32_t count, uint32_t free) {
  HEDDLE_CHECK(free >= 1 && free <= count);
  if (count == 1) return 0;
  const uint32_t position = next_++;
  if (position == kSearchDepthMax)
    DieOfLimit("kSearchDepthMax", "choices in one execution of strategy dfs", kSearchDepthMax);
  trace::SearchNode& node = state_->nodes[position];
  if (position < state_->depth) {
    if (node.count != count || node.free != free) {
      DieUnsupported(
          "strategy dfs for a program that does something else when the same choices are made "
          "again",
          "use another strategy, or take out what it depends on");
    }
  } else {
    const bool may_preempt = preemptions_ < state_->bound;
    if (!may_preempt && free < count) state_->cut = 1;
    node = {0, may_preempt ? count : free, count, free};
    state_->depth = position + 1;
  }
  preemptions_ += node.chosen >= free;
  return node.chosen;
}

bool Search::Advance() {
  ++state_->executions;
  while (state_->depth > 0) {
    trace::SearchNode& deepest = state_->nodes[state_->depth - 1];
    if (deepest.chosen + 1 < deepest.allowed) {
      ++deepest.chosen;
      return true;
    }
    --state_->depth;
  }
  state_->completed_bound = static_cast<int32_t>(state_->bound);
  if (state_->cut == 0 || state_->bound == state_->bound_max) {
    state_->complete = 1;
    return false;
  }
  ++state_->bound;
  state_->cut = 0;
  state_->executions = 0;
  return true;
}

}  // namespace heddle::strategy
