// PCT: probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010).
//
// Threads get random priorities; the enabled thread with the highest one always runs. At D-1 decisions, drawn before the
// execution from its expected length k, the running thread falls below all others. A bug that D ordering constraints
// suffice to cause is found with probability at least 1/(n * k^(D-1)) for n threads.
//
//   D = 1: order of threads only     D = 2: one preemption at the right place     D = 3: most known bugs
//
// Deviations: k comes from one probe execution, and is stretched or shrunk by up to two at random, because executions
// differ in length; a thread that gives way (it yielded, or ran for very long) falls below the others, so no thread starves.
#pragma once

#include "base/prng.h"
#include "strategy/strategy.h"

namespace heddle::strategy {

class Pct final : public Strategy {
 public:
  static constexpr uint32_t kDepthMax = 64;

  // REQUIRES: 1 <= depth <= kDepthMax.
  void set_depth(uint32_t depth) { depth_ = depth; }

  void StartExecution(const ExecutionInfo& info) override;
  void OnThreadCreated(ThreadId thread) override;
  [[nodiscard]] ThreadId PickNext(const Choice& choice) override;
  void OnEvent(ThreadId, const PendingOp&, const PendingOp*, uint32_t) override {}
  [[nodiscard]] bool ListensToEvents() const override { return false; }

 private:
  Prng prng_;
  uint32_t depth_ = 3;
  uint64_t decision_ = 0;
  uint64_t change_points_[kDepthMax] = {};  // sorted; the last is unreachable
  uint32_t next_change_ = 0;
  int64_t lowest_ = 0;  // the next thread that falls gets this priority, below all
  int64_t priority_[kThreadsMax] = {};
};

}  // namespace heddle::strategy
