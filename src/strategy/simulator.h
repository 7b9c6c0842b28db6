// Programs without threads, to try strategies on: each thread is a list of operations. Mutexes block as they should, all
// other operations are only names. One decision per operation, also where there is no choice, so a program of k operations
// has exactly k decisions (or fewer, when it ends in a deadlock).
#pragma once

#include <cstdint>

#include "base/check.h"
#include "base/thread_set.h"
#include "strategy/strategy.h"

namespace heddle::strategy {

// REQUIRES: at most kThreadsMax threads, kStepsMax operations in all, objects below kObjectsMax.
class Simulator {
 public:
  static constexpr uint32_t kThreadsMax = 8;
  static constexpr uint32_t kStepsMax = 128;
  static constexpr uint32_t kObjectsMax = 16;

  // What happened: one digit per operation, the thread that did it: "0011".
  struct Schedule {
    char threads[kStepsMax + 1] = {};
    uint32_t steps = 0;
    uint32_t preemptions = 0;  // switches away from a thread that could have gone on
    bool deadlocked = false;
  };

  void AddThread(const PendingOp* ops, uint32_t count) { threads_[thread_count_++] = {ops, count}; }

  // Whether a thread that yields is to give way.
  void set_heeds_yields(bool heeds_yields) { heeds_yields_ = heeds_yields; }

  [[nodiscard]] Schedule Run(Strategy* strategy, uint64_t seed, uint64_t expected_decisions) {
    Schedule schedule;
    PendingOp pending[kThreadsMax];
    uint32_t done[kThreadsMax] = {};
    for (ThreadId& owner : owners_) owner = kNoThread;
    strategy->StartExecution({seed, expected_decisions});
    HEDDLE_CHECK(thread_count_ <= kThreadsMax);
    for (uint32_t i = 0; i < thread_count_ && i < kThreadsMax; ++i) {
      strategy->OnThreadCreated(ThreadId{i});
      if (threads_[i].count > 0) pending[i] = threads_[i].ops[0];
    }
    ThreadId current{0};
    for (;;) {
      ThreadSet enabled;
      bool all_done = true;
      for (uint32_t i = 0; i < thread_count_; ++i) {
        all_done = all_done && done[i] == threads_[i].count;
        if (done[i] < threads_[i].count && Enabled(pending[i])) enabled.Insert(ThreadId{i});
      }
      schedule.deadlocked = enabled.empty() && !all_done;
      if (enabled.empty()) return schedule;
      const bool can_go_on = enabled.Contains(current);
      const bool gives_way = heeds_yields_ && can_go_on && enabled.count() > 1 &&
                             pending[Index(current)].kind == trace::OpKind::kYield;
      if (gives_way) enabled.Erase(current);
      const ThreadId next =
          strategy->PickNext({&enabled, current, can_go_on && !gives_way, pending, gives_way});
      HEDDLE_CHECK(enabled.Contains(next));
      schedule.preemptions += can_go_on && next != current && schedule.steps > 0;
      current = next;
      schedule.threads[schedule.steps++] = static_cast<char>('0' + Index(next));
      Do(next, pending[Index(next)]);
      strategy->OnEvent(next, pending[Index(next)], pending, thread_count_);
      const uint32_t position = ++done[Index(next)];
      pending[Index(next)] = position < threads_[Index(next)].count
                                 ? threads_[Index(next)].ops[position]
                                 : PendingOp{};
    }
  }

 private:
  struct Ops {
    const PendingOp* ops;
    uint32_t count;
  };

  [[nodiscard]] bool Enabled(const PendingOp& op) const {
    return op.kind != trace::OpKind::kMutexLock || owners_[Index(op.object)] == kNoThread;
  }
  void Do(ThreadId thread, const PendingOp& op) {
    if (op.kind == trace::OpKind::kMutexLock) owners_[Index(op.object)] = thread;
    if (op.kind == trace::OpKind::kMutexUnlock) owners_[Index(op.object)] = kNoThread;
  }

  Ops threads_[kThreadsMax] = {};
  uint32_t thread_count_ = 0;
  bool heeds_yields_ = true;
  ThreadId owners_[kObjectsMax] = {};
};

}  // namespace heddle::strategy
