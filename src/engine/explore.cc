// In-process exploration: the mechanism of heddle::Explore. The body runs as thread 0 on a lent identity, so the caller's
// own stack stays whole whatever happens to the body; when an execution ends, be it by a deadlock, the engine switches
// back to the caller and starts the next. Nothing is cleared: objects, clocks and shadow cells carry the execution's
// number (engine/object.h, clock/epoch.h).
//
//   step  the caller                                    the body, on fibres
//   1     may it explore? what does it ask for?
//   2     a probe: how long is an execution?            runs, with hardly a switch
//   3     StartAfresh, BeginExecution, switch           runs under one schedule; ends in whatever way
//   4     nothing found: the next number
//   5     a finding: the same decisions once more       runs again, now with stacks
//   6     `heddle __describe` writes card and story
#include "base/check.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/explore_session.h"
#include "engine/explorer.h"
#include "engine/gate.h"
#include "engine/identities.h"
#include "engine/quarantine.h"

namespace heddle::engine {
namespace {

void* RunBody(void* body) {
  const auto* request = static_cast<const Body*>(body);
  request->function(request->argument);
  EnterRuntime();
  g_engine.WaitForOthers();
  LeaveRuntime();
  while (AtEnd* entry = g_session.NextAtEnd()) entry->function(entry->argument);
  return nullptr;
}

}  // namespace

// Forgets the execution before. Nothing is cleared that carries the number of its execution.
void Engine::StartAfresh() {
  g_identities.GiveBackAll();
  g_quarantine.ReleaseAll();
  g_session.ForgetAtEnd();
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
  base_clock_ = NextBaseClock();
  highest_clock_ = base_clock_;
  detector_.StartExecution(base_clock_);
  ++execution_serial_;
  phase_ = Phase::kBeforeMain;
}

// Runs the body once, as thread 0 of an execution of its own. Returns when that is over, in whatever way.
void Engine::ExploreOnce(const trace::Command& command, uint64_t execution, void* body) {
  StartAfresh();
  crashed_ = false;
  hung_ = false;
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
  in_body_ = true;
  sys::SwitchFibre(&explorer_, thread->context);
  in_body_ = false;
  EnterRuntime();
}

// True if the running body has made no decision since the last call.
bool Engine::Hangs() {
  if (!in_body_ || phase_ != Phase::kRunning) return false;
  const uint64_t beat = region_->live.heartbeat;
  const bool hangs = hang_serial_ == execution_serial_ && hang_beat_ == beat;
  hang_serial_ = execution_serial_;
  hang_beat_ = beat;
  return hangs;
}

// Ends the exploration: the body asks for something that cannot be given. Called while it runs.
void Engine::AbandonBody(const char* message) {
  EnterRuntime();
  trace::Execution& execution = region_->execution;
  execution.limit_hit = static_cast<uint32_t>(DeathKind::kLimit);
  Text(execution.limit_message, sizeof execution.limit_message).Add(message);
  EndExecution();
}

// Under `heddle run` the driver waits for signs of life of an execution that explores by itself.
void Engine::BeatForDriver() {
  if (driver_region_ != nullptr) ++driver_region_->live.heartbeat;
}

// Waits, as the body's own thread, until all others are done; what they did happens before what follows.
void Engine::WaitForOthers() {
  Thread* self = current_;
  if (alive_count_ > 1 || announces_all_) {
    self->ready = alive_count_ == 1;
    self->relock = nullptr;
    self->waits_for_others = true;
    Arrive(trace::OpKind::kThreadJoin, nullptr, true, self->pc);
    self->waits_for_others = false;
    if (reduction_ != nullptr) reduction_->NoteJoinsAll();
    Done(trace::OpKind::kThreadJoin, nullptr, 0, 0);
  }
  for (uint32_t i = 1; i < thread_count_; ++i) AcquireFrom(threads_[i].clock);
  if (detects(trace::kDetectThreadLeak)) NoteThreadLeaks("the body returned");
}

bool Engine::MayExplore(detail::LoomOutcome* outcome) {
  const auto refuse = [outcome](const char* why) {
    outcome->status = detail::kLoomUsage;
    Text(outcome->message, sizeof outcome->message).Add(why);
    return false;
  };
  if (in_process_) {
    if (in_body_ && sys::ThreadPointer() == current_->identity->thread_pointer) {
      Die(DeathKind::kLimit,
          "Explore was called inside the body of another Explore: explore one body after the "
          "other");
    }
    return refuse("another thread explores at this moment: explore one body after the other");
  }
  if (phase_ == Phase::kBeforeMain)
    return refuse("Explore was called before main was entered: call it from main or a test");
  if (phase_ == Phase::kEnding || baton_)
    return refuse("Explore cannot explore while an execution is replayed on real threads");
  if (phase_ == Phase::kRunning) {
    if (alive_count_ > 1)
      return refuse(
          "other threads of the program are running: join them before Explore, or start them in "
          "its body");
    if (current_->held_count > 0)
      return refuse("the caller of Explore holds a lock: release it first");
    return true;
  }
  const uint32_t others = KernelThreadCount();
  if (others > 1 + g_identities.parked()) {
    TextBuffer<256> text;
    text.Number(others - 1 - g_identities.parked())
        .Add(
            " other thread(s) of this process are running: join them before Explore, or start "
            "them in its body");
    return refuse(text.c_str());
  }
  return true;
}

void Engine::Explore(const detail::LoomRequest& request, detail::LoomOutcome* outcome) {
  *outcome = {};
  outcome->version = detail::kLoomVersion;
  if (!MayExplore(outcome)) return;
  RuntimeScope scope;
  // The execution of a driver ends here, as far as it is controlled: two masters cannot decide.
  if (phase_ == Phase::kRunning) {
    driver_region_ = region_;
    driver_region_->execution.explored_itself = 1;
    LeaveControl();
  }
  Prepare();
  Explorer explorer(*this, request, outcome);
  if (!explorer.Understand()) {
    outcome->status = detail::kLoomUsage;
    return;
  }
  in_process_ = true;
  explorer_.thread_pointer = sys::ThreadPointer();
  g_identities.CacheThreadLocals();
  explorer.Run();
  in_process_ = false;
  phase_ = Phase::kPassive;
  detects_races_ = false;
  // What is left of a driver's execution runs uncontrolled, and says so where the driver looks.
  region_ = driver_region_;
  UpdateFastPath();
}

}  // namespace heddle::engine
