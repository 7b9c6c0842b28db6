// Random walk with a switch rate: at each decision the running thread goes on, unless a coin (switch_per_mille of 1000)
// says otherwise; then one of all enabled threads is drawn, each as likely as the others.
//
// The rate matters more than it seems: with 1000 every queue stays short and bugs that need one thread to run far ahead
// are never seen; with 20 the rare preemption lands anywhere in long stretches. The portfolio therefore mixes rates.
#pragma once

#include "base/prng.h"
#include "strategy/strategy.h"

namespace heddle::strategy {

class RandomWalk final : public Strategy {
 public:
  // REQUIRES: 1 <= switch_per_mille <= 1000.
  void set_switch_per_mille(uint32_t rate) { switch_per_mille_ = rate; }

  void StartExecution(const ExecutionInfo& info) override { prng_ = Prng(info.seed); }
  void OnThreadCreated(ThreadId) override {}
  void OnEvent(ThreadId, const PendingOp&, const PendingOp*, uint32_t) override {}

  [[nodiscard]] bool ListensToEvents() const override { return false; }

  [[nodiscard]] ThreadId PickNext(const Choice& choice) override {
    const bool may_stay = choice.current_enabled && switch_per_mille_ < 1000;
    if (may_stay && !prng_.Chance(switch_per_mille_)) return choice.current;
    return choice.enabled->Nth(prng_.Below(choice.enabled->count()));
  }

 private:
  Prng prng_;
  uint32_t switch_per_mille_ = 1000;
};

}  // namespace heddle::strategy
