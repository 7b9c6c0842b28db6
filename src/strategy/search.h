// Depth-first search through the choices of an execution, one execution after the other (strategy `dfs`).
//
// An execution is a row of choices; each has options, of which the first is tried first. The row stands in shared memory,
// because executions of whole programs are processes of their own. The next execution repeats it up to the deepest choice
// with an option that was not tried yet, takes that, and then the first option everywhere:
//
//   execution   row            which is
//   1           0 0 0          the first option everywhere
//   2           0 0 1          the last choice had another option
//   3           0 1 0 0        it had no more; the one before had; what follows may be new choices
//
// Options may cost a preemption. The search deepens its bound on them step by step (Musuvathi and Qadeer, "Iterative
// Context Bounding", PLDI 2007): most bugs need few, and the number of executions grows with the bound, so simple
// explanations come first. The last iteration repeats the executions of those before; only it is counted.
#pragma once

#include <cstdint>

#include "trace/region.h"

namespace heddle::strategy {

class Search {
 public:
  explicit constexpr Search(trace::SearchState* state) : state_(state) {}

  // Before the first execution, and when what an execution depends on has changed. A negative bound is none.
  void Restart(int32_t preemption_bound);

  // Before each execution.
  void StartExecution() {
    next_ = 0;
    preemptions_ = 0;
  }

  // One choice among `count` options, of which those from number `free` on cost a preemption. Returns the option's number.
  // Ends the execution with status 4 if it is not the choice that stood here before, or the row is too long.
  // REQUIRES: 1 <= free <= count.
  [[nodiscard]] uint32_t Choose(uint32_t count, uint32_t free);

  // After each execution. False if there is none left: the search is complete.
  bool Advance();

 private:
  trace::SearchState* state_;
  uint32_t next_ = 0;
  uint32_t preemptions_ = 0;
};

}  // namespace heddle::strategy
