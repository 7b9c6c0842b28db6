// POS: partial order sampling (Yuan, Yang, Gu, CAV 2018).
//
// Every pending operation gets a random priority and the highest enabled one goes next. After an operation has happened,
// the pending operations that conflict with it draw anew. So the order of two conflicting operations is decided by a
// fresh coin, while operations that do not conflict do not influence each other: schedules that differ only in the order
// of independent operations share their probability instead of multiplying it.
#pragma once

#include "base/prng.h"
#include "strategy/strategy.h"

namespace heddle::strategy {

class Pos final : public Strategy {
 public:
  void StartExecution(const ExecutionInfo& info) override { prng_ = Prng(info.seed); }
  void OnThreadCreated(ThreadId thread) override { priority_[Index(thread)] = prng_.Next(); }

  [[nodiscard]] ThreadId PickNext(const Choice& choice) override {
    ThreadId best = kNoThread;
    choice.enabled->ForEach([&](ThreadId thread) {
      if (best == kNoThread || priority_[Index(thread)] > priority_[Index(best)]) best = thread;
    });
    return best;
  }

  void OnEvent(ThreadId thread, const PendingOp& op, const PendingOp* pending,
               uint32_t thread_count) override {
    priority_[Index(thread)] = prng_.Next();
    for (uint32_t i = 0; i < thread_count; ++i) {
      if (i != Index(thread) && Conflict(op, pending[i])) priority_[i] = prng_.Next();
    }
  }

 private:
  Prng prng_;
  uint64_t priority_[kThreadsMax] = {};
};

}  // namespace heddle::strategy
