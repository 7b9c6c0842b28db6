// The memory that a driver shares with one loom, and the messages they exchange.
//
// A driver starts the program with two inherited descriptors, named in the environment:
//   HEDDLE_REGION=<fd>   a memfd of kRegionBytes, laid out as Region; sparse, so unused parts cost nothing
//   HEDDLE_CHANNEL=<fd>  one end of a SOCK_SEQPACKET pair: one Command or Reply per packet
//   HEDDLE_OUTPUT=<fd>   a memfd that receives standard output and error of each execution (emptied before each)
// The loom takes a checkpoint when `main` is entered, sends Reply{kHello} and serves commands: for each execution
// it forks itself, the child runs the program under one schedule, and what the child learned stays in the Region
// even if it crashes. The checkpointed process never runs the program itself.
//
//   driver                         checkpointed loom                       execution (child)
//   Command{kExplore} ->           fork per execution, count               runs; fills Region::execution
//                     <- Reply{kBatchDone} or Reply{kFinding}
//   Command{kReplay, diagnose} ->  one fork, decisions taken from Region   the same events, now with stacks, events
//                     <- Reply{kExecutionDone}
//   Command{kQuit} or end of file: the loom exits.
//
// An exploring execution is lean: it records decisions and says what it found. All that costs time (stacks, where
// memory was allocated, where threads were created, events) is recorded when the driver asks for the same decisions
// again with kDiagnose.
//
// Everything here is plain data with fixed widths: both sides are built from this header, and kRegionVersion is
// checked. Thread safety: the driver reads `live` at any time; all else only after a reply and before the next command.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "trace/dpor_state.h"
#include "trace/guide.h"
#include "trace/observed.h"
#include "trace/operation.h"
#include "trace/verdict.h"

namespace heddle::trace {

inline constexpr uint64_t kRegionMagic =
    0x31454c4444454548;  // "HEDDLE1" with a doubled letter, little-endian
inline constexpr uint32_t kRegionVersion = 4;
inline constexpr uint32_t kNoIndex = 0xffff'ffff;

// --- Decisions ---------------------------------------------------------------------------------------------------

// A decision is one 32-bit word: 4 bits of kind, 28 bits of value. Recorded only where there was a choice.
enum class DecisionKind : uint32_t {
  kThread = 0,        // value: the thread that runs next
  kAdvanceTime = 1,   // time passes until the earliest deadline (value 0)
  kSpuriousWake = 2,  // value: the thread whose wait ends without cause
  kWeakFailure = 3,   // value: 1 if a weak compare-exchange fails although it could succeed
  kWaiter = 4,        // value: the thread that a signal wakes
  kChoice = 5,        // value: result of Choose(n)
  kReadiness = 6,     // value: what a poll of the outside world said
  kSetting =
      7,  // value: a setting of the whole execution (patience with spin loops), always the first decision
};
using Decision = uint32_t;
inline constexpr uint32_t kDecisionValueBits = 28;
[[nodiscard]] constexpr Decision MakeDecision(DecisionKind kind, uint32_t value) {
  return static_cast<uint32_t>(kind) << kDecisionValueBits | value;
}
[[nodiscard]] constexpr DecisionKind KindOf(Decision decision) {
  return static_cast<DecisionKind>(decision >> kDecisionValueBits);
}
[[nodiscard]] constexpr uint32_t ValueOf(Decision decision) {
  return decision & ((1u << kDecisionValueBits) - 1);
}

// --- Commands ----------------------------------------------------------------------------------------------------

enum class StrategyKind : uint32_t { kRandom, kPct, kPos, kPortfolio, kReplay, kDfs, kSurw, kDpor };

// What `--strategy` says. Every field is used by every loom in the same way, so (seed, execution number, spec) is
// all that an execution depends on.
struct StrategySpec {
  StrategyKind kind;
  uint32_t
      switch_per_mille;  // random: how often to choose among all enabled threads instead of running on (1..1000)
  uint32_t depth;  // pct: the number of ordering constraints D (change points: D-1), 1..64
  uint32_t preemption_bound = kNoIndex;  // dfs: the most preemptions K, or kNoIndex for any number
};

// What an exploring execution looks for besides what ends it anyway.
enum DetectFlag : uint32_t {
  kDetectRaces = 1u << 0,
  kDetectLockOrder = 1u << 1,
  kDetectHeap = 1u << 2,  // use-after-free, double-free
  kDetectThreadLeak = 1u << 3,
  kDetectExitStatus = 1u << 4,
  kDetectMutexMisuse = 1u << 5,
  kDetectLivelock = 1u << 6,
  kAllowSpurious = 1u << 7,     // spurious wake-ups are explored
  kAllowWeakFailure = 1u << 8,  // weak compare-exchange may fail without cause
  kAllowEarlyTime = 1u << 9,    // time may pass although threads could run
  kDetectAll = (1u << 10) - 1,
};

enum CommandFlag : uint32_t {
  kDiagnose = 1u << 0,        // record stacks, creations, allocations, events
  kStopAtFinding = 1u << 1,   // leave the batch after the first execution with a finding
  kProfileObjects = 1u << 2,  // a probe: fill Region::profile
  kAnnotate = 1u << 3,        // kReplay: fill Region::notes and what findings say of the schedule
  kGuided = 1u << 4,          // kReplay: follow Region::guide instead of Region::decisions
  kObserve = 1u << 5,         // kExplore: fill Region::observed with what happens to one place
  kSeeLibraries =
      1u << 6,  // kReplay: see what libraries do that are not instrumented (engine/library_sight.h)
  kProbeSearch = 1u << 7,  // strategy dpor: a probe of the search's size, at Region::dpor_probe
};

enum class CommandKind : uint32_t { kExplore, kReplay, kQuit };

struct Command {
  CommandKind kind;
  uint32_t flags;   // CommandFlag
  uint32_t detect;  // DetectFlag
  StrategySpec strategy;
  uint64_t seed;
  uint64_t first_execution;  // numbers of the batch: first, first+stride, … (count of them)
  uint64_t stride;
  uint64_t count;
  uint64_t budget_ns;  // real time after which the batch ends between executions; 0 is none
  uint64_t hang_ns;    // real time without a decision after which an execution is ended as hung
  uint32_t decision_count;        // kReplay: how many of Region::decisions to follow
  uint32_t watch_count;           // kDiagnose: how many of Region::watches to use
  uint64_t snapshot_events_from;  // kDiagnose: events from this number on get a stack
  uint32_t guide_count;  // kGuided: how many points of Region::guide, sorted by thread and step
  uint64_t steps_max;    // kGuided: after so many steps the execution is ended; 0 is any number
};

enum class ReplyKind : uint32_t { kHello, kBatchDone, kFinding, kExecutionDone, kRefused };

// Hello: what the loom saw of the program.
enum HelloFlag : uint32_t {
  kInstrumented = 1u << 0,  // calls to __tsan_* were seen before main
  kNoFsgsbase = 1u << 1,    // slower switches through arch_prctl
  kThreadsBeforeMain = 1u << 2,
};

// Batches: what became of their executions.
enum BatchFlag : uint32_t {
  kExploredItself = 1u << 8,  // the program called heddle::Explore
};

struct Reply {
  ReplyKind kind;
  uint32_t flags;       // HelloFlag for kHello, BatchFlag for the replies to kExplore
  uint64_t execution;   // kFinding, kExecutionDone: which one; details in Region::execution
  uint64_t executions;  // executions done in this batch
  uint64_t decisions;   // decisions made in this batch
  uint64_t busy_ns;     // real time the batch took
  int32_t
      pid;  // of the checkpointed process: its /proc/PID/maps gives the modules of every snapshot
  uint32_t exit_status;  // kRefused: 3 bug in Heddle, 4 unsupported or limit
  char message[512];     // kRefused
};

// --- What one execution leaves behind ----------------------------------------------------------------------------

// Registers and raw stack of a thread at one moment. The driver unwinds it with the program's own unwind tables;
// frames inside the loom's library come first and are trimmed.
struct StackSnapshot {
  uint64_t rip, rsp, rbp, rbx, r12, r13, r14, r15;
  uint32_t thread;
  uint32_t bytes;        // length of the copy of the stack that starts at rsp
  uint64_t pool_offset;  // where in the snapshot pool
};

enum class LockKind : uint32_t { kMutex, kRwRead, kRwWrite, kSpin };

struct HeldLock {
  uint32_t object;  // ObjectId
  LockKind kind;
  uint64_t address;
  uint32_t snapshot;  // where it was taken (kDiagnose), or kNoIndex
  uint32_t reserved;
};

// One of the two sides of a finding about memory, or the only side of another finding.
struct Access {
  uint32_t thread;
  OpKind op;     // kPlainRead, kPlainWrite, kAtomic…, kFree, kMutexLock…
  uint8_t size;  // bytes, 0 if it does not apply
  uint8_t reserved[2];
  uint64_t pc;        // return address into the program
  uint64_t clock;     // the thread's own clock: identifies the access within the execution
  uint64_t event;     // number of the event before which it happened
  uint32_t snapshot;  // index into Region::snapshots, kNoIndex if not (yet) known
  uint32_t lock_count;
  HeldLock locks[kHeldLocksMax];
};

struct HeapBlock {
  uint64_t start;  // 0: the address is not in a known block
  uint64_t bytes;
  uint32_t alloc_thread, alloc_snapshot;
  uint32_t free_thread, free_snapshot;  // kNoIndex: not freed
  uint64_t alloc_pc;                    // return address into whoever allocated it, 0 if unknown
};

struct Finding {
  Verdict verdict;
  uint32_t thread;    // who noticed
  uint64_t address;   // racy address, faulting address, address of the lock, …
  uint64_t event;     // number of events before it
  uint64_t decision;  // number of decisions before it
  uint64_t
      key;  // same for the same kind of place within one process layout: lets the loom skip known ones
  int32_t signal;       // crash: number
  int32_t exit_status;  // exit-status: value
  // kAnnotate: of the schedule up to the finding.
  uint32_t preemptive_switches;
  uint32_t threads_involved;  // that had run
  uint32_t unusual_choices;   // decisions other than the usual ones (trace/guide.h)
  Access current;             // the access or operation that completed the finding
  Access previous;            // data race: the earlier access; use-after-free: see block.free_*
  HeapBlock block;
  uint32_t cycle_count;  // deadlock, lock-order: threads in order; each waits for the next
  uint32_t cycle_threads[kCycleMax];
  uint32_t cycle_objects[kCycleMax];  // what the thread waits for (ObjectId); the next one holds it
  uint32_t cycle_snapshots
      [kCycleMax];    // lock-order: where the lock was taken while the previous one was held
  char message[512];  // assertion text, exception type and what(), what was misused …
};

enum class ThreadState : uint32_t { kUnused, kRunnable, kBlocked, kFinished, kJoined };

// One row per thread of the execution, filled when a finding is recorded (state, waiting_for) and, when
// diagnosing, at creation.
struct ThreadRecord {
  uint32_t parent;
  ThreadState state;
  uint32_t creation_snapshot;  // where pthread_create was called (kDiagnose), or kNoIndex
  uint32_t current_snapshot;   // where the thread stood at the finding, or kNoIndex
  OpKind pending;              // what it was about to do
  uint8_t detached;
  uint8_t reserved[2];
  uint32_t object;  // ObjectId that it waits for, 0 if none
  uint64_t object_address;
  uint32_t owner;       // thread that holds the object, kNoIndex if none
  uint32_t lock_count;  // all locks it holds; the first kThreadLocksMax are listed
  HeldLock locks[kThreadLocksMax];
  uint64_t deadline_ns;    // virtual time, 0 if none
  uint64_t start_routine;  // address of the function it runs
  char name[16];           // pthread_setname_np, "" if none
};

// What happened, in order (kDiagnose).
struct Event {
  uint32_t thread;
  OpKind op;
  uint8_t size;
  uint8_t switched;  // 1 if another thread ran before this one
  uint8_t blocked;   // 1 if the thread had to wait for it
  uint32_t object;
  uint32_t result;  // errno-like result of the operation, 0 if it went well
  uint64_t address;
  uint64_t
      value;  // read or written; kThreadCreate, kThreadJoin, kThreadDetach: the other thread's number
  uint64_t pc;        // return address into the program
  uint64_t time_ns;   // virtual
  uint32_t snapshot;  // stack, of the last events only (Command::snapshot_events_from), or kNoIndex
  uint32_t step;      // of the thread (trace/guide.h); 0 unless annotated
};

// Something the loom does not control or does not model, and what happens instead. Named once per name.
struct Uncontrolled {
  char name[64];
  char treatment[192];
  uint64_t count;
};

// kSeeLibraries: what came of it.
enum class LibrarySight : uint32_t {
  kNotAsked,
  kNoLibraries,  // all code is instrumented or the loom's: there was nothing to see
  kSaw,
  kGaveUp,  // it took too long, or the execution crashed: what was found is as without
};

struct Execution {
  uint32_t finished;  // 1: reached its own end (exit, or a finding that ends it), 0: was cut short
  uint32_t finding_count;
  uint64_t decision_count;
  uint64_t event_count;
  uint64_t event_hash;  // running hash over (thread, operation, object, result)
  uint64_t order;       // fingerprint of the order of what depends on each other (strategy/order.h)
  uint64_t virtual_ns;
  uint32_t thread_count;
  uint32_t snapshot_count;
  uint64_t snapshot_bytes;
  uint32_t kept_event_count;
  // kAnnotate: of the whole schedule.
  uint32_t preemptive_switches;
  uint32_t threads_involved;
  uint32_t unusual_choices;
  uint64_t step_count;
  uint32_t diverged;     // 1: a replayed decision did not fit
  uint64_t diverged_at;  // number of that decision
  char diverged_message[256];
  int32_t wait_status;  // of the child, as waitpid gives it
  uint32_t
      wants_plain_watch;  // 1: a thread ran on and on in plain accesses while others waited for their turn
  uint32_t limit_hit;  // 1: ended by a limit or something unsupported; `limit_message` says which
  char limit_message[512];
  LibrarySight library_sight;
  uint32_t
      explored_itself;  // 1: the program called heddle::Explore, which explored; the execution itself was not controlled
};

// The state of a systematic search (strategy/dfs.h): the path of the execution that runs or ran last, and how far the
// search has come. It lives here because every execution is a process of its own.
enum class SearchState : uint32_t {
  kUnused,
  kRunning,
  kComplete,  // nothing is left within the bound
  kDeviated,  // an execution did not follow the path that it was told: the program is not deterministic
};

struct SearchNode {
  uint32_t chosen;   // the way that the path takes here
  uint32_t options;  // how many ways there are within the bound
  uint32_t
      fingerprint;  // of what happened before: shows an execution that does not follow the path
};

struct Search {
  SearchState state;
  uint32_t bound;        // preemptions that an execution of this iteration may have
  uint32_t cut;          // 1: some way of this iteration was not taken because of the bound
  uint32_t prefix;       // so many nodes tell the execution what to do; it adds those that follow
  uint32_t depth;        // nodes that the execution has passed
  uint32_t is_too_deep;  // 1: the execution had more choices than kSearchDepthMax
  uint64_t executions;   // that have ended, in this iteration
  uint64_t
      too_deep;  // of them with more choices than kSearchDepthMax: their later choices are not searched
  SearchNode nodes[kSearchDepthMax];
};

// The orders of the executions of a batch, for the driver to count: it has those of all jobs. A batch ends when there is no
// more room.
struct OrderLog {
  uint32_t count;
  uint32_t reserved;
  uint64_t orders[kOrderLogMax];  // Execution::order of each, by number
};

// Counters that the driver may read at any time (written with relaxed atomic stores).
struct Live {
  uint32_t stop;  // written by the driver: end the batch after this execution
  uint32_t reserved;
  uint64_t executions;  // of all batches
  uint64_t decisions;
  uint64_t heartbeat;  // changes as long as the running execution makes decisions
};

// What a probe saw: how often each thread touched which object from which place (strategy surw).
inline constexpr uint32_t kProfileThreads = 64;
inline constexpr uint32_t kProfileEntries = 512;
struct ProfileEntry {
  uint32_t object;  // ObjectId in the probe
  uint32_t place;   // ProfilePlace
  uint32_t thread;
  uint32_t count;
};
struct Profile {
  uint32_t entry_count;  // what does not fit is left out
  uint32_t parents[kProfileThreads];
  ProfileEntry entries[kProfileEntries];
};
// A place in the code, the same wherever the program is loaded. `site` is the low bits of the address.
[[nodiscard]] constexpr uint32_t ProfilePlace(OpKind kind, uint16_t site) {
  return static_cast<uint32_t>(kind) << 16 | site;
}
[[nodiscard]] constexpr uint16_t SiteOf(uint64_t pc) { return static_cast<uint16_t>(pc & 0xfff); }

// What the loom tells the command that describes a finding of a body explored in its own process (heddle::Explore): there
// is no driver that gave the orders and would know.
struct InProcess {
  int32_t pid;  // of the exploring process
  uint32_t
      occurrence;  // the how-manieth exploration of this name in the process, from 1; 0: does not matter
  char name[kExploreNameBytes];
  char replay_argument[kExploreNameBytes];
  StrategySpec strategy;
  uint32_t detect;  // DetectFlag
  uint64_t seed;
  uint64_t execution;
  uint64_t event_hash;      // a loaded card: what the execution was like
  uint64_t event_count;     // a loaded card
  uint32_t instrumented;    // 1: memory accesses are seen
  uint32_t decision_count;  // a loaded card: how many of Region::decisions to follow
  uint32_t verdict;         // a loaded card: trace::Verdict
  Execution end;            // how the exploring execution ended …
  Finding findings
      [kFindingsMax];  // … and what it found; Region::findings are those of the second, diagnosing one
};

struct Region {
  uint64_t magic;
  uint32_t version;
  uint32_t bytes_of_region_header;  // sizeof(Region): a second check of the version
  Live live;
  Execution execution;
  Finding findings[kFindingsMax];
  uint32_t watch_count_unused;
  uint32_t uncontrolled_count;  // accumulates over executions
  Uncontrolled uncontrolled[kUncontrolledMax];
  uint32_t known_count;  // written by the driver: keys of findings not to report again
  uint32_t reserved;
  uint64_t known[kKnownRacesMax];
  // kDiagnose, written by the driver: earlier accesses whose stacks are wanted (from Finding::previous/current).
  struct Watch {
    uint64_t address;
    uint32_t thread;
    uint32_t finding;  // index into findings of the lean execution
    uint64_t clock;
  } watches[kFindingsMax];
  InProcess in_process;
  Profile profile;
  OrderLog order_log;
  ThreadRecord threads[kThreadsMax];
  StackSnapshot snapshots[kSnapshotsMax];
  Decision decisions[kDecisionsMax];
  GuidePoint guide[kGuideMax];  // kGuided, written by the driver
  GuidePoint notes[kGuideMax];  // kAnnotate: one for each of the first kGuideMax decisions
  Event events[kEventsMax];
  Search search;
  DporSearch dpor;
  Observation observed;   // kObserve: of the last execution
  DporSearch dpor_probe;  // probes of its size: they must not disturb it
  uint8_t snapshot_pool[kSnapshotPoolBytes];
};

inline constexpr size_t kRegionBytes = sizeof(Region);
static_assert(kRegionBytes < (size_t{1} << 30));

}  // namespace heddle::trace
