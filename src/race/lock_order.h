// Lock-order graph: finds locks that are taken in opposite orders by different threads, although the cycle did not close
// in this execution (Havelund 2000; Bensalem and Havelund 2005 for the guards below).
//
// An edge A -> B says: a thread took B while it held A. A cycle is worth reporting only if
//   - its edges belong to different threads (one thread alone cannot deadlock with itself),
//   - no lock was held at all of its edges (a common guard makes the cycle impossible),
//   - no edge is ordered before another by creation or joining of threads (they could never have overlapped).
// What the program's flags and values make impossible is not seen: the verdict says "potential".
//
// Thread safety: none; used only by the holder of the run token.
#pragma once

#include <cstdint>

#include "base/arena.h"
#include "base/ids.h"
#include "clock/vector_clock.h"

namespace heddle::race {

struct LockEdge {
  uint32_t from;  // objects
  uint32_t to;
  ThreadId thread;
  uint64_t lineage_clock;  // the thread's own component of its lineage when the edge was made
  VectorClock lineage;
  uint32_t guard_count;
  uint32_t snapshot;  // where `to` was taken
  uintptr_t pc;
  LockEdge* next;  // of the same `from`
  static constexpr uint32_t kGuardsMax = 8;
  uint32_t guards[kGuardsMax];
};

class LockOrder {
 public:
  static constexpr uint32_t kLocksMax = 4096;
  static constexpr uint32_t kCycleMax = 8;

  void StartExecution();

  // Notes that `edge->thread` took `to` while it held `from`. Returns the number of edges in a new cycle that could
  // close, in `cycle`, or 0. The edge must live as long as the execution. An edge that is known is not kept.
  [[nodiscard]] uint32_t Add(LockEdge* edge, const LockEdge** cycle);

  // True when (from, to, thread) is known: then Add need not be called.
  [[nodiscard]] bool Knows(uint32_t from, uint32_t to, ThreadId thread) const;

 private:
  [[nodiscard]] uint32_t Search(uint32_t object, uint32_t target, const LockEdge** cycle,
                                uint32_t depth);
  [[nodiscard]] bool Leads(uint32_t object, uint32_t target);
  [[nodiscard]] static bool Compatible(const LockEdge& a, const LockEdge& b);

  LockEdge* edges_[kLocksMax] = {};  // by `from`
  uint32_t highest_ = 0;
  uint16_t to_visit_[kLocksMax] = {};  // of Leads: too large for the stack of a fibre
};

}  // namespace heddle::race
