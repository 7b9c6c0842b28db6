// From the start of the process to the end of an execution: taking control, beginning, ending.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/baton.h"
#include "engine/breakpoint.h"
#include "engine/crash_handlers.h"
#include "engine/engine.h"
#include "engine/environment.h"
#include "engine/fast_path.h"
#include "engine/gate.h"
#include "engine/identities.h"
#include "engine/library_sight.h"
#include "sys/raw_syscall.h"
#include "sys/real.h"

namespace heddle::engine {

constinit Engine g_engine;
constinit int g_runtime_depth = 0;

namespace {

constexpr size_t kArenaBytes = size_t{4} << 30;  // reserved, touched as used
constexpr size_t kRecordBytes = size_t{8} << 30;
constexpr uint32_t kObjectsMax = 1u << 20;
constexpr uint32_t kObjectSlots = 1u << 21;

void* Reserve(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) DieOfLimit("address space", "memory that the loom reserves", bytes);
  return memory;
}

// Accesses of instrumented code look at shadow memory whether or not anybody is in control.
void ReserveShadow() {
  static constinit bool reserved = false;
  if (reserved) return;
  reserved = true;
  void* wanted = reinterpret_cast<void*>(race::kShadowBase);
  void* memory = mmap(wanted, race::kShadowBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != wanted) {
    DieUnsupported(
        "64 TiB of address space for race detection cannot be reserved (is there a limit on "
        "virtual memory, "
        "ulimit -v?)",
        "lift the limit, or run a build without -fsanitize=thread");
  }
  // Shadow is sparse: huge pages would zero 2 MiB for one cell.
  madvise(memory, race::kShadowBytes, MADV_NOHUGEPAGE);
  madvise(memory, race::kShadowBytes, MADV_DONTDUMP);
}

// A check failed or a limit was reached, anywhere in the loom: leave the message where the driver finds it.
void OnDeath(DeathKind kind, const char* message) {
  if (g_engine.in_body() && kind == DeathKind::kLimit) g_engine.AbandonBody(message);
  trace::Region* region = g_engine.region();
  if (region != nullptr && !g_engine.in_process()) {
    trace::Execution& execution = region->execution;
    execution.limit_hit = static_cast<uint32_t>(kind);
    Text(execution.limit_message, sizeof execution.limit_message).Add(message);
  } else {
    [[maybe_unused]] ssize_t ignored = write(2, "heddle: ", 8);
    ignored = write(2, message, strlen(message));
    ignored = write(2, "\n", 1);
  }
  sys::Syscall(SYS_exit_group, static_cast<long>(kind));
  __builtin_unreachable();
}

}  // namespace

void Engine::Start() {
  RuntimeScope scope;
  if (phase_ != Phase::kPassive || threads_ != nullptr) return;
  sys::InitRealFunctions();
  const Environment environment = ReadEnvironment();
  if (!environment.controlled) return;
  Prepare();
  region_ = environment.region != nullptr ? environment.region : PrivateRegion();
  has_driver_ = environment.region != nullptr;
  baton_ = environment.baton;
  if (baton_) g_baton_entry = &Engine::FibreEntry;
  command_.detect = trace::kDetectAll;
  current_ = NewThread(g_identities.AdoptCaller(), nullptr);
  NoteSignalMask();
  InstallCrashHandlers();
  phase_ = Phase::kBeforeMain;
  detects_races_ = instrumented_;
  UpdateFastPath();
}

// Without a driver nobody shares the region, but everything is written there all the same.
trace::Region* Engine::PrivateRegion() {
  return static_cast<trace::Region*>(Reserve(trace::kRegionBytes));
}

// Reserves the engine's memory. Harmless when done already.
void Engine::Prepare() {
  if (threads_ != nullptr) return;
  SetDeathHandler(&OnDeath);
  sys::InitFibres();
  threads_ = static_cast<Thread*>(Reserve(sizeof(Thread) * kThreadsMax));
  pending_ = static_cast<strategy::PendingOp*>(Reserve(sizeof(strategy::PendingOp) * kThreadsMax));
  arena_.Adopt(Reserve(kArenaBytes), kArenaBytes, "engine arena");
  objects_.Init(static_cast<SyncObject*>(Reserve(sizeof(SyncObject) * kObjectsMax)), kObjectsMax,
                static_cast<uint64_t*>(Reserve(sizeof(uint64_t) * kObjectSlots)), kObjectSlots);
  objects_.StartExecution();
  g_identities.Init(static_cast<Identity*>(Reserve(sizeof(Identity) * Identities::kPoolMax)));
  CountOrders(true);
  strategy_ = portfolio_.Select({trace::StrategyKind::kRandom, 1000, 0}, 0);
  strategy_->StartExecution({0, 1});
  ReserveShadow();
  detector_.Init(this, Reserve(kRecordBytes), kRecordBytes);
  detector_.StartExecution(base_clock_);
}

void Engine::set_instrumented() {
  if (instrumented_) return;
  RuntimeScope scope;
  ReserveShadow();
  instrumented_ = true;
  if (phase_ == Phase::kBeforeMain) {
    detects_races_ = true;
    UpdateFastPath();
  }
}

namespace {

// As `*execution = {}`, but without clearing a kilobyte of messages a million times a second.
void ResetExecution(trace::Execution* execution) {
  execution->finished = 0;
  execution->finding_count = 0;
  execution->decision_count = 0;
  execution->event_count = 0;
  execution->event_hash = 0;
  execution->order = 0;
  execution->virtual_ns = 0;
  execution->thread_count = 0;
  execution->snapshot_count = 0;
  execution->snapshot_bytes = 0;
  execution->kept_event_count = 0;
  execution->preemptive_switches = 0;
  execution->threads_involved = 0;
  execution->unusual_choices = 0;
  execution->step_count = 0;
  execution->diverged = 0;
  execution->diverged_at = 0;
  execution->diverged_message[0] = '\0';
  execution->wait_status = 0;
  execution->wants_plain_watch = 0;
  execution->limit_hit = 0;
  execution->limit_message[0] = '\0';
  execution->library_sight = trace::LibrarySight::kNotAsked;
}

}  // namespace

// Sets everything an execution depends on from the command and its number. Threads that were made before main live on.
void Engine::BeginExecution(const trace::Command& command, uint64_t execution_number) {
  command_ = command;
  trace::Execution& execution = region_->execution;
  ResetExecution(&execution);
  execution.thread_count = thread_count_;
  replaying_ = command.kind == trace::CommandKind::kReplay;
  diagnosing_ = (command.flags & trace::kDiagnose) != 0;
  observing_ = (command.flags & trace::kObserve) != 0 && (command.flags & trace::kDiagnose) == 0;
  recording_ = diagnosing_ || observing_;
  detects_races_ = instrumented_ && (command.detect & trace::kDetectRaces) != 0;
  replay_next_ = 0;
  event_hash_ = 0x243f6a8885a308d3;
  run_length_ = 0;
  idle_jumps_ = 0;
  main_returned_ = false;
  now_ns_ = 0;
  outside_order_ = {};
  region_->live.heartbeat = 0;
  lock_order_.StartExecution();

  const uint64_t seed = SplitMix64(command.seed ^ SplitMix64(execution_number));
  environment_ = Prng(seed ^ 0xe9f1c0de);
  // How restless the environment is differs between executions: some bugs need a time-out, others need none for long.
  constexpr uint32_t kTimeRates[] = {0, 2, 10, 60, 250};
  constexpr uint32_t kSpuriousRates[] = {0, 0, 10, 60};
  constexpr uint32_t kWeakRates[] = {0, 50, 300};
  time_per_mille_ = kTimeRates[environment_.Below(5)];
  spurious_per_mille_ = kSpuriousRates[environment_.Below(4)];
  weak_per_mille_ = kWeakRates[environment_.Below(3)];
  constexpr uint32_t kSpuriousMax =
      4;  // per execution: spurious wake-ups are rare, and a loop over them proves nothing
  spurious_left_ = detects(trace::kAllowSpurious) ? kSpuriousMax : 0;

  profiling_ = (command.flags & trace::kProfileObjects) != 0;
  if (profiling_) region_->profile.entry_count = 0;
  portfolio_.set_profile(&region_->profile);
  strategy_ = portfolio_.Select(command.strategy, execution_number);
  strategy_listens_ = strategy_->ListensToEvents();
  random_walk_ = portfolio_.AsRandomWalk(strategy_);
  systematic_ = portfolio_.AsDfs(strategy_);
  if (systematic_ != nullptr) BeginSystematic();
  reduction_ = portfolio_.AsDpor(strategy_);
  if (reduction_ != nullptr) BeginReduction();
  strategy_->StartExecution({seed, expected_decisions_});
  for (uint32_t i = 0; i < thread_count_; ++i) strategy_->OnThreadCreated(ThreadId{i});
  if (reduction_ != nullptr) AnnounceThoseBeforeMain();
  if (diagnosing_) StartDiagnosis(command);
  if (observing_) StartObserving();
  BeginGuide(command);
  phase_ = Phase::kRunning;
  // How much a thread may spin, and whether one that yields must give way: in half of the executions neither helps the
  // others, so that a wait that spins, yields and then blocks gets to its blocking part. A decision, so that a card says
  // it and a replay does not depend on how seeds are used.
  const uint32_t drawn = environment_.Below(2) | (wants_plain_watch_ ? 2u : 0u);
  const uint32_t setting = ChooseValue(trace::DecisionKind::kSetting, 8, drawn);
  const bool patient = (setting & 1) != 0;
  plain_watch_ = (setting & 2) != 0;
  announces_all_ = (setting & 4) != 0;
  plain_accesses_ = 0;
  plain_events_ = 0;
  constexpr uint32_t kPatienceOfReduction =
      3;  // each repeat is one more place for others to come in
  spin_patience_ = announces_all_ ? kPatienceOfReduction : patient ? 64 : 8;
  heeds_yields_ = !patient;
  UpdateFastPath();
  if ((command.flags & trace::kSeeLibraries) != 0) g_library_sight.Begin();
}

// Threads that ended and that nobody will join any more. One that still runs or waits is no leak: libraries keep workers
// for as long as the process lives.
void Engine::NoteThreadLeaks(const char* when) {
  for (uint32_t i = 1; i < thread_count_; ++i) {
    const Thread& other = threads_[i];
    if (other.state != ThreadState::kFinished || other.detached) continue;
    const auto routine = reinterpret_cast<uintptr_t>(other.start_routine);
    trace::Finding* finding = NoteFinding(trace::Verdict::kThreadLeak, routine, current_->pc);
    if (finding == nullptr) continue;
    finding->thread = i;
    TextBuffer<200> text;
    text.Add("thread T").Number(i).Add(" had ended and was neither joined nor detached when ");
    text.Add(when);
    Text(finding->message, sizeof finding->message).Add(text.c_str());
  }
}

void Engine::OnExit(bool from_main_return, int) {
  if (phase_ != Phase::kRunning) return;
  Thread* thread = current_;
  if (!thread->exiting) RunThreadDestructors(thread);
  if (reduction_ != nullptr) NoteCutShort();
  thread->exiting = false;
  main_returned_ = from_main_return && detects(trace::kDetectThreadLeak);
  if (main_returned_ && HasThreadsToJoin()) {
    // They may get to their ends before the process does; what must not depend on luck is whether that is looked at.
    Arrive(trace::OpKind::kExit, nullptr, false, thread->pc);
    Done(trace::OpKind::kExit, nullptr, 0, 0);
  }
  region_->execution.finished = 1;
}

// Destructors have run: whoever was to join a thread has done it.
void Engine::OnProcessEnd() {
  if (phase_ != Phase::kRunning || in_process_ || !main_returned_) return;
  NoteThreadLeaks("the process ended");
}

bool Engine::HasThreadsToJoin() const {
  for (uint32_t i = 1; i < thread_count_; ++i) {
    const Thread& other = threads_[i];
    if (other.state == ThreadState::kAlive && !other.detached) return true;
  }
  return false;
}

void Engine::EndExecution() {
  EnterRuntime();
  if (reduction_ != nullptr) NoteCutShort();
  phase_ = Phase::kEnding;
  region_->execution.finished = 1;
  region_->execution.virtual_ns = now_ns_;
  UpdateFastPath();
  if (in_process_) {
    sys::SwitchFibre(&current_->context, explorer_);
    __builtin_unreachable();
  }
  // What the program printed so far is worth seeing. Nothing of stdio is interrupted in the middle: the loom switches
  // threads only in its own entry points.
  if (region_->execution.finding_count == 0 ||
      region_->findings[0].verdict != trace::Verdict::kCrash)
    fflush(nullptr);
  sys::Syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}

// A forked child of the program: one thread, on its own, under nobody's control.
void Engine::LeaveControl() {
  phase_ = Phase::kPassive;
  g_fast_epoch = kNeverEpoch;
  g_first_touch_below = 0;
}

}  // namespace heddle::engine

extern "C" [[gnu::visibility("default"), gnu::noinline]] void heddle_finding() {
  asm volatile("" ::: "memory");
}

namespace heddle::engine {
void HeddleFindingBreakpoint() { heddle_finding(); }
}  // namespace heddle::engine
