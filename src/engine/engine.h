// The loom: takes over the threads of the program and decides, operation by operation, who goes on.
//
// Every intercepted call opens a Gate (engine/gate.h) and, if the gate says that the calling thread is controlled, gives
// the engine one operation. The engine announces it (Arrive), lets the strategy choose among all enabled threads, and
// comes back when this thread was chosen; then the operation is carried out on the model and noted (Done). A thread
// whose operation is not enabled is not a candidate: it stands in the list of waiters of the object, and whatever
// changes the object looks through that list again (Refresh).
//
//   thread calls pthread_mutex_lock          Engine::LockMutex
//     1. find the object                     objects_.Find / Make
//     2. announce, switch, come back         Arrive(kMutexLock, object)  -> Decide -> strategy -> SwitchTo
//     3. the model's transition              object->mutex.Lock(id); Refresh(object)
//     4. happens-before                      Acquire(object->clock)
//     5. event: hash, counters, strategy     Done(…)
//
// One instance, all of it used only by the holder of the run token: the thread that runs. Nothing here is thread safe,
// and nothing needs to be.
#pragma once

#include <cstdint>

#include "base/arena.h"
#include "base/prng.h"
#include "base/thread_set.h"
#include "engine/object.h"
#include "engine/thread.h"
#include "heddle/detail/loom.h"
#include "race/detector.h"
#include "race/lock_order.h"
#include "strategy/portfolio.h"
#include "trace/region.h"

namespace heddle::engine {

enum class Phase : uint8_t {
  kPassive,     // not controlled: every call goes to libc
  kBeforeMain,  // controlled, but nothing is decided or recorded: thread by thread, in order
  kRunning,     // an execution
  kEnding,      // a finding ended it, or the process exits: nothing is decided any more
};

// Why a wait ended.
enum class WaitOutcome : uint8_t { kDone, kTimedOut, kFailed };

class Engine final : public race::Detector::Listener {
 public:
  // --- life (lifecycle.cc, checkpoint.cc, explore.cc) ---

  // Reads the environment and takes control of the calling thread as thread 0, unless no driver asked for it.
  void Start();
  // Called when main is entered, with the driver's commands still to come; returns in every execution's child.
  void Checkpoint();
  void ReplayFromFile(const char* file);
  // Runs a body in this process under one schedule after the other (the mechanism of heddle::Explore).
  void Explore(const detail::LoomRequest& request, detail::LoomOutcome* outcome);
  // --- for the body of an exploration ---
  [[nodiscard]] bool in_body() const { return in_body_; }
  void WaitForOthers();
  [[nodiscard]] bool Hangs();
  [[noreturn]] void AbandonBody(const char* message);

  void BeginExecution(const trace::Command& command, uint64_t execution);
  // Counts the executions of this process.
  [[nodiscard]] uint64_t execution_serial() const { return execution_serial_; }
  // main returned or exit was called by thread `current`.
  void OnExit(bool from_main_return, int status);
  // The program's destructors have run.
  void OnProcessEnd();
  // Ends the execution at once; what was found stands in the region.
  [[noreturn]] void EndExecution();

  // --- threads (threads.cc) ---
  [[nodiscard]] int CreateThread(pthread_t* handle, const pthread_attr_t* attributes,
                                 void* (*routine)(void*), void* argument, uintptr_t pc);
  [[nodiscard]] int JoinThread(pthread_t handle, void** result, bool try_only,
                               const uint64_t* deadline_ns, uintptr_t pc);
  [[nodiscard]] int DetachThread(pthread_t handle, uintptr_t pc);
  [[noreturn]] void ExitThread(void* result);
  [[nodiscard]] Thread* FindThread(pthread_t handle);
  void CancelThread(Thread* thread);
  // Ends the calling thread if its cancellation was requested and is enabled.
  [[gnu::noinline]] void TestCancel();

  // --- locks (locks.cc) ---
  [[nodiscard]] SyncObject* MutexAt(const void* address, model::MutexKind kind);
  [[nodiscard]] int LockMutex(SyncObject* mutex, trace::OpKind op, const uint64_t* deadline_ns,
                              uintptr_t pc);
  [[nodiscard]] int TryLockMutex(SyncObject* mutex, trace::OpKind op, uintptr_t pc);
  [[nodiscard]] int UnlockMutex(SyncObject* mutex, trace::OpKind op, uintptr_t pc);
  [[nodiscard]] SyncObject* RwLockAt(const void* address, bool prefers_writers);
  [[nodiscard]] int LockRw(SyncObject* lock, bool write, const uint64_t* deadline_ns, uintptr_t pc);
  [[nodiscard]] int TryLockRw(SyncObject* lock, bool write, uintptr_t pc);
  [[nodiscard]] int UnlockRw(SyncObject* lock, uintptr_t pc);
  // A lock's memory is given up by its owner: misuse if it is held or waited for.
  void DestroyLock(const void* address, ObjectKind kind, uintptr_t pc);

  // --- waiting (conditions.cc, waiting.cc) ---
  [[nodiscard]] SyncObject* ConditionAt(const void* address);
  [[nodiscard]] int WaitCondition(SyncObject* condition, SyncObject* mutex,
                                  const uint64_t* deadline_ns, uintptr_t pc);
  void SignalCondition(SyncObject* condition, bool all, uintptr_t pc);
  [[nodiscard]] SyncObject* SemaphoreAt(const void* address, uint32_t initial);
  [[nodiscard]] int WaitSemaphore(SyncObject* semaphore, bool try_only, const uint64_t* deadline_ns,
                                  uintptr_t pc);
  [[nodiscard]] int PostSemaphore(SyncObject* semaphore, uintptr_t pc);
  void MakeBarrier(const void* address, uint32_t count, uintptr_t pc);
  [[nodiscard]] int WaitBarrierAt(const void* address, uintptr_t pc);
  [[nodiscard]] SyncObject* OnceAt(const void* address, bool done);
  [[nodiscard]] model::Once::EnterResult EnterOnce(SyncObject* once, trace::OpKind op,
                                                   uintptr_t pc);
  // The initialiser is done: what it did happens before what the caller does next.
  void AcquireOnce(SyncObject* once, uintptr_t pc);
  void FinishOnce(SyncObject* once, bool completed, uintptr_t pc);
  // The same for a function-local static, whose guard is an atomic location as well.
  void FinishGuard(SyncObject* once, uintptr_t guard, uintptr_t pc);
  [[nodiscard]] bool announces_all() const { return announces_all_; }
  // The value is about to be read; it is a decision only in executions that announce all.
  void ReadSemaphore(SyncObject* semaphore, uintptr_t pc);
  // The threads share a stream of random numbers.
  void NoteRandom() { LeaveOut(trace::kDporOutside); }
  [[nodiscard]] int WaitFutex(uintptr_t address, uint32_t expected, uint32_t bitset,
                              const uint64_t* deadline_ns, uintptr_t pc);
  [[nodiscard]] int WakeFutex(uintptr_t address, uint32_t count, uint32_t bitset, uintptr_t pc);
  void Yield(uintptr_t pc);
  void SleepUntil(uint64_t deadline_ns, uintptr_t pc);
  // Waits until `poll(context)` says that the outside world is ready, or the deadline. Others run meanwhile.
  using PollFunction = bool (*)(void* context);
  [[nodiscard]] WaitOutcome WaitOutside(trace::OpKind op, PollFunction poll, void* context,
                                        const uint64_t* deadline_ns, uintptr_t pc);
  // The program did something that may have made a descriptor ready.
  void OutsideChanged();
  [[nodiscard]] uint32_t Choose(uint32_t count, uintptr_t pc);

  // --- atomics (atomics.cc) ---
  // Announces an atomic operation; when it returns, the caller performs it on memory and reports with AtomicDone.
  [[nodiscard]] SyncObject* AtomicArrive(uintptr_t address, trace::OpKind op, uintptr_t pc);
  struct AtomicEffect {
    uint8_t bytes;
    bool wrote;      // stored something, be it the same value
    bool changed;    // the value is another one now
    int order;       // memory order as in __ATOMIC_*
    uint64_t value;  // read, or stored if nothing was read
    bool without_cause =
        false;  // a weak compare-exchange that could have succeeded: no sign of waiting
  };
  void AtomicDone(SyncObject* object, trace::OpKind op, const AtomicEffect& effect, uintptr_t pc);
  void Fence(int order, uintptr_t pc);
  // The current thread has stored to an atomic location outside of the operations above.
  void PublishAtomic(uintptr_t address);
  // Whether a weak compare-exchange that could succeed fails this time.
  [[nodiscard]] bool WeakFailure();

  // --- memory (memory.cc) ---
  // A plain access that the fast path could not answer.
  void AccessMemory(uintptr_t address, uint32_t bytes, bool write, uintptr_t pc);
  void AccessRange(uintptr_t address, uint64_t bytes, bool write, uintptr_t pc);
  // `usable` bytes belong to the program, `asked` is what it wanted.
  void OnAllocate(void* block, uint64_t usable, uint64_t asked, uintptr_t pc);
  // Returns false if the block must not be given to libc (it was freed before).
  [[nodiscard]] bool OnFree(void* block, uint64_t bytes, bool check_race, uintptr_t pc);
  void IgnoreAccesses(bool begin);
  void IgnoreSync(bool begin);
  void AnnotateRelease(uintptr_t address);
  void AnnotateAcquire(uintptr_t address);

  // --- findings (findings.cc) ---
  // Notes a finding about what the current thread does at `pc`; null when it is known already or there is no room.
  [[nodiscard]] trace::Finding* NoteFinding(trace::Verdict verdict, uint64_t key, uintptr_t pc);
  // The same, and ends the execution.
  [[noreturn]] void FailExecution(trace::Verdict verdict, const char* message, uintptr_t pc);
  // Something that the test states does not hold.
  struct Statement {
    trace::Verdict verdict;
    const char* message;
    const char* file;
    uint32_t line;
    bool ends;  // ends the execution; else it goes on
  };
  void FailStatement(const Statement& statement, uintptr_t pc);
  [[gnu::noinline]] void NoteMisuse(SyncObject* object, const char* message, uintptr_t pc);
  [[gnu::noinline]] void NoteUncontrolled(const char* name, const char* treatment);
  [[noreturn]] void OnCrash(int signal, uintptr_t fault_address, const sys::Registers& registers);
  [[noreturn]] void OnHang(const sys::Registers& registers);
  void OnConflict(const race::AccessInfo& current, const race::Conflict& conflict) override;
  [[noreturn]] void ReportStuck();

  // --- time (time.cc) ---
  [[nodiscard]] uint64_t Now() const { return now_ns_; }
  [[nodiscard]] uint64_t ReadClock(uintptr_t pc);
  // Virtual time of a CLOCK_REALTIME / CLOCK_MONOTONIC reading, and back.
  static constexpr uint64_t kRealtimeBaseNs =
      1'893'456'000ull * 1'000'000'000;  // 2030-01-01: no test depends on today
  static constexpr uint64_t kMonotonicBaseNs = 1'000ull * 1'000'000'000;
  // Timers that are descriptors (timerfd): the program polls the real descriptor, which becomes readable when virtual
  // time says so. `deadline_ns` 0 disarms.
  void SetTimer(int descriptor, uint64_t deadline_ns, uint64_t interval_ns);
  void ForgetTimer(int descriptor);
  // Virtual time until it expires (0: disarmed) and its interval.
  void GetTimer(int descriptor, uint64_t* remaining_ns, uint64_t* interval_ns) const;

  // --- state that entry points ask for ---
  [[nodiscard]] bool active() const {
    return phase_ == Phase::kBeforeMain || phase_ == Phase::kRunning;
  }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] Thread* current() { return current_; }
  [[nodiscard]] bool detects_races() const { return detects_races_; }
  [[nodiscard]] bool diagnosing() const { return diagnosing_; }
  [[nodiscard]] trace::Region* region() { return region_; }
  [[nodiscard]] bool in_process() const { return in_process_; }
  [[nodiscard]] bool instrumented() const { return instrumented_; }
  void set_instrumented();
  [[nodiscard]] bool detects(trace::DetectFlag flag) const { return (command_.detect & flag) != 0; }
  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] uint32_t thread_total() const { return thread_count_; }
  void watch_plain_accesses() { wants_plain_watch_ = true; }
  void set_expected_decisions(uint64_t count) { expected_decisions_ = count < 1 ? 1 : count; }
  // The signal mask of the calling thread was changed in the kernel, which knows only one for all fibres.
  void NoteSignalMask();
  void LeaveControl();  // a forked child: from now on everything goes to libc

  // --- what libraries do that are not instrumented (engine/library_sight.h) ---
  // The running thread takes over what `clock` holds, or adds what it knows to it, or both.
  void OrderByLibrary(VectorClock* clock, bool reads, bool writes);
  [[nodiscard]] SyncObject* FindAtomic(uintptr_t address);
  void JoinInto(VectorClock* clock, const VectorClock& other);

 private:
  friend class Explorer;
  void Prepare();
  [[nodiscard]] bool MayExplore(detail::LoomOutcome* outcome);
  [[nodiscard]] uint64_t NextBaseClock() const { return highest_clock_ + 1; }
  void BeatForDriver();
  void NoteThreadLeaks(const char* when);
  [[nodiscard]] bool HasThreadsToJoin() const;
  void StartAfresh();
  void ExploreOnce(const trace::Command& command, uint64_t execution, void* body);
  [[nodiscard]] static trace::Region* PrivateRegion();

  // --- scheduling (scheduler.cc) ---
  void Arrive(trace::OpKind kind, SyncObject* object, bool conditional, uintptr_t pc);
  void Done(trace::OpKind kind, SyncObject* object, uint32_t result, uint64_t value,
            uint8_t bytes = 0);
  void Decide();
  void DecideHere();
  [[nodiscard, gnu::noinline]] ThreadId ChooseThread();
  [[nodiscard]] bool GivesWay() const;
  [[nodiscard]] bool EnvironmentActs();
  [[gnu::noinline]] void NoteProfile(trace::OpKind kind, const SyncObject* object);
  [[nodiscard]] uint32_t UncausedWakeUps() const;
  void WakeWithoutCause(uint32_t index);
  [[gnu::noinline]] void NothingEnabled();
  void SwitchTo(Thread* next);
  [[nodiscard]] bool CanProceed(const Thread& thread) const;
  void UpdateEnabled(Thread* thread);
  void Refresh(SyncObject* object);
  void LinkWaiter(SyncObject* object, Thread* thread);
  void UnlinkWaiter(Thread* thread);
  void SetDeadline(Thread* thread, const uint64_t* deadline_ns);
  void ClearDeadline(Thread* thread);
  void Record(trace::Decision decision);
  [[nodiscard]] bool NextReplayed(trace::Decision* decision);
  void Diverge(const char* what, trace::Decision wanted);
  [[nodiscard]] uint32_t ChooseValue(trace::DecisionKind kind, uint32_t count, uint32_t drawn);

  // --- systematic search (systematic.cc) ---
  void BeginSystematic();
  [[nodiscard]] ThreadId ChooseSystematically(bool time_may_pass, bool may_wake);
  [[nodiscard]] uint32_t ValueSystematically(trace::DecisionKind kind, uint32_t count,
                                             uint32_t drawn);

  // --- schedules by place (guide.cc) ---
  void BeginGuide(const trace::Command& command);
  void NoteStep();
  void NoteDecision(trace::Decision decision, uint64_t number);
  void NoteScheduleOf(trace::Finding* finding) const;
  [[nodiscard]] ThreadId UsualThread() const;
  [[nodiscard]] ThreadId ChooseGuided(bool time_may_pass, bool may_wake);
  [[nodiscard]] bool ActGuided(trace::Decision decision, bool time_may_pass, bool may_wake);
  [[nodiscard]] uint32_t ValueGuided(trace::DecisionKind kind, uint32_t count) const;
  [[nodiscard]] uint32_t FirstGuidePoint(uint32_t thread, uint32_t step) const;

  // --- the fingerprint of the order (order.cc) ---
  void CountOrders(bool wanted);
  void NoteUse(trace::OpKind kind, uint32_t result, bool writes, strategy::OrderChain* object);
  void NoteOutcome(trace::OpKind kind, uint64_t outcome);
  void NoteInheritance(Thread* parent, Thread* child);
  void NoteWaitEnds(trace::OpKind kind, bool woken, strategy::OrderChain* waiters);
  [[gnu::noinline]] void NoteWakeWithoutCause(Thread* waiter);

  // --- search without repetitions (reduction.cc) ---
  void BeginReduction();
  void AnnounceThoseBeforeMain();
  [[nodiscard]] ThreadId ChooseByReduction();
  [[nodiscard]] uint32_t ValueByReduction(trace::DecisionKind kind, uint32_t count);
  [[gnu::noinline]] void AnnounceToReduction(trace::OpKind kind, SyncObject* object,
                                             bool conditional);
  [[nodiscard]] uint32_t AvailableNow(const Thread& thread) const;
  [[nodiscard]] bool WakesWithoutCause();
  void NoteCutShort();
  void LeaveOut(trace::DporLeftOut what) {
    if (__builtin_expect(reduction_ != nullptr, 0)) reduction_->LeaveOut(what);
  }

  // --- threads ---
  [[gnu::noinline]] Thread* NewThread(Identity* identity, Thread* parent);
  void StartThread(Thread* thread);
  static void FibreEntry();
  void FinishThread(void* result);
  void ReleaseIdentity(Thread* thread);
  void RunThreadDestructors(Thread* thread);

  // --- time ---
  [[nodiscard]] bool HasDeadlines() const { return deadline_count_ + timer_count_ > 0; }
  void ExpireTimers();
  [[nodiscard]] uint64_t EarliestDeadline() const;  // ~0: there is none
  void AdvanceToEarliestDeadline();
  [[nodiscard]] bool EarlyTimeIsPlausible() const;
  void AdvanceTime(uint64_t to_ns);

  // --- spinning (spin.cc) ---
  void NoteSpinRead(SyncObject* object, uintptr_t pc);
  [[gnu::noinline]] void NotePlainAccess(uintptr_t pc);
  void NoteProgress(Thread* thread);
  [[gnu::noinline]] void NoteChange(SyncObject* object);
  [[nodiscard]] bool LetSpinnersGoOn();

  // --- outside world ---
  [[nodiscard]] bool PollOutside();
  void WaitForOutside();

  // --- happens-before (memory.cc) ---
  void Tick(Thread* thread);
  void AcquireFrom(const VectorClock& clock);
  void ReleaseInto(VectorClock* clock, bool join);
  void UpdateFastPath();

  // --- locks ---
  void PushHeld(SyncObject* object, trace::LockKind kind, uintptr_t pc);
  [[nodiscard]] Held* FindHeld(Thread* thread, SyncObject* object);
  void PopHeld(SyncObject* object);
  [[gnu::noinline]] void NoteLockOrder(SyncObject* object, trace::LockKind kind, uintptr_t pc);
  [[nodiscard]] bool ClosesCycle(Thread* start, uint32_t* threads, uint32_t* objects,
                                 uint32_t* count);
  [[gnu::noinline]] void FailIfDeadlocked(Thread* thread);
  [[nodiscard]] Thread* OwnerOf(const Thread& waiting) const;
  [[nodiscard]] Thread* BlockedWriter(const SyncObject* lock) const;

  // --- findings, diagnosing (findings.cc, diagnosis.cc) ---
  [[nodiscard, gnu::noinline]] uint32_t Snapshot(Thread* thread, uint32_t bytes_max);
  [[nodiscard]] uint32_t SnapshotOf(const sys::Registers& registers, Thread* thread,
                                    uint32_t bytes_max);
  void FillAccess(trace::Access* access, Thread* thread, trace::OpKind op, uintptr_t pc);
  void FillThreads();
  void FillBlock(trace::HeapBlock* block, uintptr_t address);
  [[gnu::noinline]] void WatchAccess(const race::AccessInfo& access);
  void WatchAllocation(uintptr_t address, uint64_t bytes, uintptr_t pc);
  void WatchFree(uintptr_t address, uint64_t bytes);
  void FillFromWatch(uintptr_t granule, AccessWord previous, trace::Access* access);
  void FillStacks();
  void StartDiagnosis(const trace::Command& command);

  // --- observing one place (observing.cc) ---
  void StartObserving();
  void ObserveAccess(const race::AccessInfo& access);
  void ObserveAllocation(uintptr_t address, uint64_t bytes, uintptr_t pc);
  void ObserveSync(trace::OpKind kind, const SyncObject* object, uint32_t result, uint64_t value);
  void ObserveBlockOf(uintptr_t address);
  [[nodiscard]] trace::ObservedStep* NewStep(trace::ObservedKind kind);
  void FillClocks(trace::ObservedStep* step) const;

  Phase phase_ = Phase::kPassive;
  bool instrumented_ = false;
  bool detects_races_ = false;
  bool diagnosing_ = false;
  bool observing_ = false;  // notes what happens to one place
  bool recording_ = false;  // one of the two
  bool in_process_ = false;
  bool in_body_ = false;  // in-process: an execution is under way
  bool crashed_ = false;  // a signal ended the execution
  bool hung_ = false;     // … because it made no decisions any more
  bool baton_ = false;
  bool has_driver_ = false;
  bool replaying_ = false;
  bool annotating_ = false;    // notes where each decision stands
  bool guided_ = false;        // follows a guide; then also annotating_
  bool same_arrival_ = false;  // annotating: the choice is made again because the environment acted
  Thread* current_ = nullptr;

  // --- the execution ---
  trace::Region* region_ = nullptr;
  trace::Command command_ = {};
  strategy::Strategy* strategy_ = nullptr;
  bool strategy_listens_ = true;
  bool profiling_ = false;  // a probe that strategy surw learns from
  // The strategy when it is a random walk, which is called without a detour through its table of functions.
  strategy::RandomWalk* random_walk_ = nullptr;
  // The strategy when it is the systematic search, which decides about the environment as well.
  strategy::Dfs* systematic_ = nullptr;
  // Systematic: how many of these it may still try in this execution.
  uint32_t uncaused_left_ = 0;
  uint32_t weak_failures_left_ = 0;
  uint32_t run_ons_left_ = 0;
  // The strategy when it is the search without repetitions.
  strategy::Dpor* reduction_ = nullptr;
  // Everything that others could see is announced on its own (reduction.cc). Part of the schedule, so a replay does it too.
  bool announces_all_ = false;
  SyncObject* also_touches_ = nullptr;  // a second object of the operation that is announced next
  Prng environment_;  // decides what is not a thread's turn: time, spurious wake-ups, weak failures
  uint32_t time_per_mille_ = 0;
  uint32_t spurious_per_mille_ = 0;
  uint32_t weak_per_mille_ = 0;
  uint32_t spurious_left_ = 0;
  uint32_t condition_waiters_ = 0;  // threads that wait on a condition variable without a time-out
  uint64_t expected_decisions_ = 1;
  uint64_t event_hash_ = 0;
  strategy::OrderUse order_uses_[trace::kOpKindCount] = {};  // how each operation uses its object
  strategy::OrderChain outside_order_;  // of what the threads did to the outside world
  uint64_t execution_serial_ = 1;       // counts the executions of this process
  uint32_t replay_next_ = 0;
  uint64_t run_length_ = 0;  // decisions in a row that the same thread won

  // --- threads ---
  Thread* threads_ = nullptr;  // kThreadsMax
  strategy::PendingOp* pending_ = nullptr;
  uint32_t thread_count_ = 0;
  uint32_t alive_count_ = 0;
  ThreadSet enabled_;
  sys::FibreContext explorer_;              // in-process: who called Explore
  trace::Region* driver_region_ = nullptr;  // in-process, under a driver: the region that it knows
  struct {
    int order;
    bool wrote;
  } observed_atomic_ = {};    // of the atomic operation that is about to be done
  uint64_t hang_serial_ = 0;  // in-process: what Hangs saw last
  uint64_t hang_beat_ = 0;

  // --- objects ---
  Arena arena_;
  ObjectTable objects_;

  // --- time ---
  uint64_t now_ns_ = 0;
  uint32_t deadline_count_ = 0;
  static constexpr uint32_t kTimersMax = 128;
  struct Timer {
    int descriptor;
    uint64_t deadline_ns;
    uint64_t interval_ns;
  };
  uint32_t timer_count_ = 0;
  uint64_t idle_jumps_ = 0;     // in a row, without anybody else having run
  uint64_t idle_since_ns_ = 0;  // virtual time of the first of them
  bool main_returned_ = false;

  // --- spinning ---
  uint32_t spinner_count_ = 0;
  uint32_t spin_patience_ = 8;  // repeats before a thread counts as spinning
  bool heeds_yields_ = true;
  bool plain_watch_ = false;        // plain accesses are counted in this execution
  bool wants_plain_watch_ = false;  // and in those to come
  uint64_t plain_accesses_ = 0;
  uint64_t plain_events_ = 0;

  uint64_t kernel_signal_mask_ = 0;

  // --- outside world ---
  static constexpr uint32_t kOutsideMax = 256;
  struct OutsideWait {
    Thread* thread;
    PollFunction poll;
    void* context;
  };
  uint32_t outside_count_ = 0;

  // --- race detection ---
  race::Detector detector_;
  uint64_t highest_clock_ = 1;  // over all threads and executions
  uint64_t base_clock_ = 1;

  // --- what is large stands last: each execution of a whole program pays for every page that it writes to ---
  race::LockOrder lock_order_;
  Timer timers_[kTimersMax] = {};  // armed ones
  OutsideWait outside_[kOutsideMax] = {};
  strategy::Portfolio portfolio_;
};

extern Engine g_engine;

}  // namespace heddle::engine
