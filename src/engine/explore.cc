// In-process exploration: the mechanism of heddle::Explore. The body runs as thread 0 on a lent identity, so the caller's
// own stack stays whole whatever happens to the body; when an execution ends, be it by a deadlock, the engine switches
// back to the caller and starts the next. Nothing is cleared: objects, clocks and shadow cells carry the execution's
// number (engine/object.h, clock/epoch.h).
#include "base/check.h"
#include "engine/crash_handlers.h"
#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/identities.h"
#include "engine/quarantine.h"

namespace heddle::engine {
namespace {

struct Body {
  void (*function)(void*);
  void* argument;
};

void* RunBody(void* body) {
  const auto* request = static_cast<const Body*>(body);
  request->function(request->argument);
  return nullptr;
}

}  // namespace

// Forgets the execution before. Nothing is cleared that carries the number of its execution.
void Engine::StartAfresh() {
  g_identities.GiveBackAll();
  g_quarantine.ReleaseAll();
  arena_.Rewind();
  objects_.StartExecution();
  enabled_.Clear();
  thread_count_ = 0;
  alive_count_ = 0;
  deadline_count_ = 0;
  spinner_count_ = 0;
  condition_waiters_ = 0;
  outside_count_ = 0;
  timer_count_ = 0;
  base_clock_ = highest_clock_ + 1;
  highest_clock_ = base_clock_;
  detector_.StartExecution(base_clock_);
  ++execution_serial_;
  phase_ = Phase::kBeforeMain;
}

// Runs the body once, as thread 0 of an execution of its own. Returns when that is over, in whatever way.
void Engine::ExploreOnce(const trace::Command& command, uint64_t execution, void* body) {
  StartAfresh();
  crashed_ = false;
  BeginExecution(command, execution);
  int error = 0;
  Identity* identity = g_identities.Take(nullptr, &error);
  if (identity == nullptr)
    DieOfLimit("threads", "pthread_create for the body of Explore failed",
               static_cast<uint64_t>(error));
  Thread* thread = NewThread(identity, nullptr);
  thread->start_routine = &RunBody;
  thread->argument = body;
  StartThread(thread);
  current_ = thread;
  UpdateFastPath();
  sys::SwitchFibre(&explorer_, thread->context);
  EnterRuntime();
}

Engine::ExploreOutcome Engine::Explore(const ExploreRequest& request) {
  RuntimeScope scope;
  const Phase phase_before = phase_;
  Prepare();
  if (region_ == nullptr) region_ = PrivateRegion();
  in_process_ = true;
  Body body = {request.body, request.argument};
  explorer_.thread_pointer = sys::ThreadPointer();
  ExploreOutcome outcome = {};
  g_identities.CacheThreadLocals();
  CrashHandlerScope handlers;

  // How long is an execution? PCT wants to know, as in a whole program (docs/decisions/0008).
  trace::Command probe = request.command;
  probe.strategy = {trace::StrategyKind::kRandom, 1, 0};
  probe.detect &= ~(trace::kAllowSpurious | trace::kAllowWeakFailure | trace::kAllowEarlyTime);
  set_expected_decisions(1);
  ExploreOnce(probe, 0, &body);
  if (crashed_) handlers.Rearm();  // execution 0 will tell
  set_expected_decisions(region_->execution.decision_count);
  const bool searches = request.command.strategy.kind == trace::StrategyKind::kDfs;
  region_->search.state = trace::SearchState::kUnused;
  region_->search.bound = 0;
  strategy::RestartSearchIteration(&region_->search);

  for (uint64_t i = 0; i < request.command.count; ++i) {
    const uint64_t number = request.command.first_execution + i * request.command.stride;
    ExploreOnce(request.command, number, &body);
    if (crashed_) handlers.Rearm();
    ++outcome.executions;
    outcome.decisions += region_->execution.decision_count;
    if (searches) {
      strategy::FinishSearchExecution(&region_->search, request.command.strategy.preemption_bound);
    }
    if (region_->execution.finding_count > 0) {
      ++outcome.findings;
      if (crashed_) break;  // what it left in memory is not to be trusted
      if ((request.command.flags & trace::kStopAtFinding) != 0) break;
    }
    if (searches && region_->search.state != trace::SearchState::kRunning) break;
  }
  in_process_ = false;
  phase_ = phase_before;
  UpdateFastPath();
  return outcome;
}

}  // namespace heddle::engine

// The C interface that include/heddle/heddle.h stands on. Not for direct use: its layout may change with any version.
extern "C" [[gnu::visibility("default")]] int heddle_explore(void (*body)(void*), void* argument,
                                                             unsigned long schedules,
                                                             unsigned long seed, unsigned detect,
                                                             unsigned long* executions,
                                                             unsigned long* decisions) {
  using heddle::engine::g_engine;
  heddle::engine::Engine::ExploreRequest request = {};
  request.body = body;
  request.argument = argument;
  request.command.kind = heddle::trace::CommandKind::kExplore;
  request.command.detect = detect;
  request.command.strategy = {heddle::trace::StrategyKind::kRandom, 1000, 0};
  request.command.seed = seed;
  request.command.count = schedules;
  request.command.stride = 1;
  request.command.flags = heddle::trace::kStopAtFinding;
  const auto outcome = g_engine.Explore(request);
  *executions = outcome.executions;
  *decisions = outcome.decisions;
  return static_cast<int>(outcome.findings);
}
