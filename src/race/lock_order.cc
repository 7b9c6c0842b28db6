// See lock_order.h.
#include "race/lock_order.h"

namespace heddle::race {

void LockOrder::StartExecution() {
  if (highest_ == 0) return;  // nothing written: the page stays shared with the checkpoint
  for (uint32_t i = 0; i < highest_; ++i) edges_[i] = nullptr;
  highest_ = 0;
}

bool LockOrder::Knows(uint32_t from, uint32_t to, ThreadId thread) const {
  if (from >= kLocksMax || to >= kLocksMax) return true;  // beyond the table: not examined
  for (const LockEdge* edge = edges_[from]; edge != nullptr; edge = edge->next) {
    if (edge->to == to && edge->thread == thread) return true;
  }
  return false;
}

uint32_t LockOrder::Add(LockEdge* edge, const LockEdge** cycle) {
  edge->next = edges_[edge->from];
  edges_[edge->from] = edge;
  if (edge->from >= highest_) highest_ = edge->from + 1;
  cycle[0] = edge;
  return Search(edge->to, edge->from, cycle, 1);
}

// True when some chain of edges leads from `object` to `target`, whoever made them.
bool LockOrder::Leads(uint32_t object, uint32_t target) {
  uint64_t visited[kLocksMax / 64] = {};
  uint32_t count = 0;
  to_visit_[count++] = static_cast<uint16_t>(object);
  while (count > 0) {
    for (const LockEdge* edge = edges_[to_visit_[--count]]; edge != nullptr; edge = edge->next) {
      if (edge->to == target) return true;
      const uint64_t bit = uint64_t{1} << (edge->to % 64);
      if ((visited[edge->to / 64] & bit) != 0) continue;
      visited[edge->to / 64] |= bit;
      to_visit_[count++] = static_cast<uint16_t>(edge->to);
    }
  }
  return false;
}

// Depth-first over the edges that leave `object`; `cycle[0..depth)` is the path so far. Only ways that lead to the target are
// gone: there are more paths than one can walk where several threads take many locks, all in the same order
// (test: ManyThreadsThatTakeManyLocksInOneOrderAreNoCycle).
uint32_t LockOrder::Search(uint32_t object, uint32_t target, const LockEdge** cycle,
                           uint32_t depth) {
  if (depth == kCycleMax || object >= highest_ || !Leads(object, target)) return 0;
  for (const LockEdge* edge = edges_[object]; edge != nullptr; edge = edge->next) {
    const bool closes = edge->to == target;
    bool fits = true;
    for (uint32_t i = 0; i < depth && fits; ++i) {
      fits = Compatible(*cycle[i], *edge) && (closes || cycle[i]->from != edge->to);
    }
    if (!fits) continue;
    cycle[depth] = edge;
    if (closes) return depth + 1;
    const uint32_t length = Search(edge->to, target, cycle, depth + 1);
    if (length != 0) return length;
  }
  return 0;
}

bool LockOrder::Compatible(const LockEdge& a, const LockEdge& b) {
  if (a.thread == b.thread) return false;
  for (uint32_t i = 0; i < a.guard_count; ++i) {
    for (uint32_t k = 0; k < b.guard_count; ++k) {
      if (a.guards[i] == b.guards[k]) return false;
    }
  }
  // Ordered by creation or joining: one thread knew all of the other's edge when it made its own.
  const bool a_before_b = a.lineage_clock <= b.lineage.Get(Index(a.thread)) && a.lineage_clock != 0;
  const bool b_before_a = b.lineage_clock <= a.lineage.Get(Index(b.thread)) && b.lineage_clock != 0;
  return !a_before_b && !b_before_a;
}

}  // namespace heddle::race
