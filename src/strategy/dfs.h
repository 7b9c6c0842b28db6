// Depth-first search over schedules, with a bound on preemptions (Musuvathi and Qadeer, PLDI 2007).
//
// The ways that a program can go form a tree: a node is a choice, an edge one of its options. An execution is a path from
// the root to a leaf. The search keeps the path of the last execution; for the next one it goes back to the deepest node
// with an option left, takes that, and from there on the first option of every node. So each leaf is visited once.
//
//   last path   0 0 2 1      options 2 2 3 2      the deepest node with an option left is the second
//   next path   0 1 …        those after it are new: the program may take other turns there
//
// Options are sorted by cost: the free ones first, then those that cost one preemption. Taking the processor from a
// thread that could go on is a preemption; so is every way of the environment to interfere (time passes early, a wake-up
// or a failure without cause). An iteration visits all paths of at most `bound` preemptions. The bound grows by one until
// an iteration left nothing out because of it, or the largest bound is reached: bugs need few preemptions, and paths with
// few are far fewer (polynomially many in the length instead of exponentially many).
//
// Every execution may be a process of its own, so all that outlives one is in trace::Search, in shared memory. Whoever
// runs executions calls FinishSearchExecution after each, whatever became of it.
#pragma once

#include "strategy/strategy.h"
#include "trace/region.h"

namespace heddle::strategy {

class Dfs final : public Strategy {
 public:
  // Where the search keeps its state. Zeroed memory is a search that has not begun.
  void Attach(trace::Search* search) { search_ = search; }

  // REQUIRES: Attach was called.
  void StartExecution(const ExecutionInfo& info) override;
  void OnThreadCreated(ThreadId) override {}
  void OnEvent(ThreadId, const PendingOp&, const PendingOp*, uint32_t) override {}
  [[nodiscard]] bool ListensToEvents() const override { return false; }

  // Only threads, without an environment: for programs of the simulator.
  [[nodiscard]] ThreadId PickNext(const Choice& choice) override;

  // One choice: which of the options to take. The first `free` of them cost nothing, each other one a preemption.
  // `fingerprint` sums up all that happened before; it is the same whenever the same path is taken.
  // REQUIRES: 1 <= free <= options.
  [[nodiscard]] uint32_t Decide(uint32_t options, uint32_t free, uint32_t fingerprint);

  // The order of the threads among the options: `first` if it is enabled, then the others by number.
  // REQUIRES: index < enabled.count().
  [[nodiscard]] static ThreadId ThreadAt(const ThreadSet& enabled, ThreadId first, uint32_t index);

 private:
  trace::Search* search_ = nullptr;
  uint32_t spent_ = 0;  // preemptions of this execution
};

// An execution is over: moves on to the next path. `bound_max` is the most preemptions, or trace::kNoIndex.
void FinishSearchExecution(trace::Search* search, uint32_t bound_max);

// Begins the iteration anew: what an execution depends on has changed, so the path is worth nothing.
void RestartSearchIteration(trace::Search* search);

}  // namespace heddle::strategy
