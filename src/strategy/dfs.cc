// See dfs.h.
#include "strategy/dfs.h"

#include "base/check.h"

namespace heddle::strategy {

using trace::Search;
using trace::SearchNode;
using trace::SearchState;

void Dfs::StartExecution(const ExecutionInfo&) {
  HEDDLE_CHECK(search_ != nullptr);
  if (search_->state == SearchState::kUnused) search_->state = SearchState::kRunning;
  search_->depth = 0;
  search_->is_too_deep = 0;
  spent_ = 0;
}

uint32_t Dfs::Decide(uint32_t options, uint32_t free, uint32_t fingerprint) {
  HEDDLE_CHECK(free >= 1);
  HEDDLE_CHECK(free <= options);
  if (search_->state != SearchState::kRunning) return 0;
  const uint32_t within = spent_ < search_->bound ? options : free;
  if (within < options) search_->cut = 1;
  if (within == 1) return 0;
  if (search_->depth == kSearchDepthMax) {
    search_->is_too_deep = 1;
    return 0;
  }
  SearchNode& node = search_->nodes[search_->depth];
  if (search_->depth >= search_->prefix) {
    node = {0, within, fingerprint};
  } else if (node.options != within || node.fingerprint != fingerprint) {
    search_->state = SearchState::kDeviated;
    return 0;
  }
  ++search_->depth;
  HEDDLE_CHECK(node.chosen < within);
  if (node.chosen >= free) ++spent_;
  return node.chosen;
}

ThreadId Dfs::ThreadAt(const ThreadSet& enabled, ThreadId first, uint32_t index) {
  if (first == kNoThread || !enabled.Contains(first)) return enabled.Nth(index);
  if (index == 0) return first;
  const ThreadId thread = enabled.Nth(index - 1);
  // `first` stands in front, so those below it are one place further back and those above are where they were.
  return Index(thread) < Index(first) ? thread : enabled.Nth(index);
}

ThreadId Dfs::PickNext(const Choice& choice) {
  const uint32_t count = choice.enabled->count();
  const uint32_t index = Decide(count, choice.current_enabled ? 1 : count, 0);
  return ThreadAt(*choice.enabled, choice.current_enabled ? choice.current : kNoThread, index);
}

void RestartSearchIteration(Search* search) {
  search->prefix = 0;
  search->depth = 0;
  search->cut = 0;
  search->executions = 0;
  search->too_deep = 0;
}

void FinishSearchExecution(Search* search, uint32_t bound_max) {
  if (search->state != SearchState::kRunning) return;
  if (search->depth < search->prefix) {
    search->state = SearchState::kDeviated;
    return;
  }
  ++search->executions;
  search->too_deep += search->is_too_deep;
  for (uint32_t depth = search->depth; depth > 0; --depth) {
    SearchNode& node = search->nodes[depth - 1];
    if (node.chosen + 1 == node.options) continue;
    ++node.chosen;
    search->prefix = depth;
    return;
  }
  if (search->cut == 0 || search->bound == bound_max) {
    search->state = SearchState::kComplete;
    return;
  }
  ++search->bound;
  RestartSearchIteration(search);
}

}  // namespace heddle::strategy
