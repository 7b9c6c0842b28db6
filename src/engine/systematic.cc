// What the systematic search (strategy/dfs.h) may choose from at each decision. The other strategies choose threads and
// leave the rest to chance; here every way on is an option with a price, because a search that leaves out a kind of choice
// would call complete what is not.
//
//   option                                        price       at most in one execution
//   the current thread goes on                    0
//   another thread, the current one can go on     1
//   another thread, the current one cannot, or    0
//   gives way
//   a thread that yielded goes on all the same    1           kRunOnsMax
//   time passes although threads could run        1
//   a waiter wakes without cause                  1           kUncausedMax
//   a weak compare-exchange fails without cause   1           kWeakFailuresMax
//   which waiter a signal wakes, Choose(n)        0
//
// The limits in the last column are there because such steps can follow each other without end and prove little. They and
// the patience with spin loops, which is always little, are told in docs/strategies.md.
#include "engine/engine.h"

namespace heddle::engine {
namespace {

using trace::DecisionKind;

constexpr uint32_t kRunOnsMax = 1;
constexpr uint32_t kUncausedMax = 1;
constexpr uint32_t kWeakFailuresMax = 2;

}  // namespace

// The limits are kept apart from spurious_left_, which tells a replay where a decision was recorded.
void Engine::BeginSystematic() {
  systematic_->Attach(&region_->search);
  uncaused_left_ = kUncausedMax;
  weak_failures_left_ = kWeakFailuresMax;
  run_ons_left_ = kRunOnsMax;
}

// As ChooseThread: a thread, or kNoThread when the environment acted instead.
ThreadId Engine::ChooseSystematically(bool time_may_pass, bool may_wake) {
  const ThreadId current = current_->id;
  const bool current_enabled = enabled_.Contains(current);
  const bool yields = pending_[Index(current)].kind == trace::OpKind::kYield;
  const bool gives_way = current_enabled && enabled_.count() > 1 && GivesWay();
  const bool may_run_on = gives_way && yields && run_ons_left_ > 0;

  if (gives_way) enabled_.Erase(current);
  const uint32_t threads = enabled_.count();
  const uint32_t free = current_enabled && !gives_way ? 1 : threads;
  const uint32_t wake_ups = may_wake && uncaused_left_ > 0 ? UncausedWakeUps() : 0;
  const uint32_t options = threads + may_run_on + time_may_pass + wake_ups;
  uint32_t option = systematic_->Decide(options, free, static_cast<uint32_t>(event_hash_ >> 32));
  ThreadId next = kNoThread;
  if (option < threads) {
    next = strategy::Dfs::ThreadAt(enabled_, gives_way ? kNoThread : current, option);
  }
  if (gives_way) enabled_.Insert(current);

  if (next == kNoThread) {
    option -= threads;
    if (may_run_on && option == 0) {
      --run_ons_left_;
      next = current;
    } else if (option -= may_run_on; time_may_pass && option == 0) {
      Record(trace::MakeDecision(DecisionKind::kAdvanceTime, 0));
      AdvanceToEarliestDeadline();
      return kNoThread;
    } else {
      --uncaused_left_;
      WakeWithoutCause(option - time_may_pass);
      return kNoThread;
    }
  }
  Record(trace::MakeDecision(DecisionKind::kThread, Index(next)));
  return next;
}

// A choice that is not about threads; `drawn` is what chance would have it.
uint32_t Engine::ValueSystematically(DecisionKind kind, uint32_t count, uint32_t drawn) {
  const auto fingerprint = static_cast<uint32_t>(event_hash_ >> 32);
  switch (kind) {
    case DecisionKind::kSetting:
      return drawn &
             2;  // little patience, yields are heeded; plain accesses are counted where that is needed
    case DecisionKind::kWeakFailure: {
      if (weak_failures_left_ == 0) return 0;
      const uint32_t fails = systematic_->Decide(2, 1, fingerprint);
      weak_failures_left_ -= fails;
      return fails;
    }
    case DecisionKind::kThread:
    case DecisionKind::kAdvanceTime:
    case DecisionKind::kSpuriousWake:
    case DecisionKind::kWaiter:
    case DecisionKind::kChoice:
    case DecisionKind::kReadiness:
      break;
  }
  return systematic_->Decide(count, count, fingerprint);
}

}  // namespace heddle::engine
