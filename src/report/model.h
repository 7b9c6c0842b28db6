// What a report says, as plain values: the one model of which text, JSON and every later format are renderings.
//
// A view holds only what a person reads: names, places, stacks. Raw addresses and indices of the shared region end in
// build.cc. Everything may be missing; an empty string, an empty stack or kNoThreadIndex then stands for "not known",
// and a renderer says so instead of inventing something.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/timeline.h"
#include "trace/operation.h"
#include "trace/order_words.h"
#include "trace/region.h"
#include "trace/verdict.h"

namespace heddle::report {

inline constexpr uint32_t kNoThreadIndex = trace::kNoIndex;

// One line of a stack. Several frames may share an address: the functions inlined there, innermost first.
struct Frame {
  uint64_t address = 0;  // as it was in the process
  std::string module;    // path of the file that was mapped there, "" if none
  uint64_t module_offset =
      0;                 // address relative to the module, the same in every process of this build
  std::string function;  // demangled with parameters, "" if unknown
  std::string file;      // as the compiler recorded it, made absolute; "" if unknown
  uint32_t line = 0;     // 0 if unknown
  uint32_t column = 0;
  bool inlined = false;  // true: the compiler put this function into the frame that follows
};

struct Stack {
  std::vector<Frame> frames;  // innermost first; empty: not recorded or not unwindable
};

// A lock that a thread held.
struct LockView {
  uint32_t object = 0;   // ObjectId within the execution
  std::string name;      // "M1": given in order of appearance within the finding
  std::string kind;      // "mutex", "rwlock (read)", "rwlock (write)", "spin lock"
  std::string variable;  // the global variable that is this lock, "" if it is none
  uint64_t address = 0;
  Stack taken;  // where it was locked
};

// One operation on the place that a finding is about.
struct AccessView {
  uint32_t thread = kNoThreadIndex;
  trace::OpKind op = trace::OpKind::kNone;
  std::string words;   // "write", "atomic read", "free", "locks mutex"
  uint32_t size = 0;   // bytes, 0 if it does not apply
  uint64_t event = 0;  // number of the event before which it happened
  Stack stack;
  std::vector<LockView> locks;
};

enum class LocationKind : uint8_t { kUnknown, kGlobal, kHeap, kStack, kThreadLocal };

// What lies at the address of a finding.
struct LocationView {
  LocationKind kind = LocationKind::kUnknown;
  uint64_t address = 0;
  std::string name;     // kGlobal: the variable
  uint64_t bytes = 0;   // kGlobal: size of the variable
  uint64_t offset = 0;  // kGlobal: of the address within the variable
  std::string module;   // kGlobal
  std::string file;     // kGlobal: declaration, "" if unknown
  uint32_t line = 0;
  uint32_t thread = kNoThreadIndex;  // kStack, kThreadLocal: whose
};

// The heap block that holds the address of a finding.
struct HeapView {
  uint64_t start = 0;
  uint64_t bytes = 0;
  uint64_t offset = 0;  // of the address within the block
  uint32_t alloc_thread = kNoThreadIndex;
  Stack allocated;
  bool freed = false;
  uint32_t free_thread = kNoThreadIndex;
  Stack freed_at;
};

struct ThreadView {
  uint32_t index = 0;
  std::string name;   // set by pthread_setname_np, "main" for thread 0, "" otherwise
  std::string label;  // "T0 (main)", "T1", "T2 (flusher)"
  uint32_t parent = kNoThreadIndex;
  std::string start_function;  // what the thread runs, "" if unknown
  Stack created;               // where the parent created it
  std::string state;           // "runnable", "blocked", "finished", "joined", "" if unknown
  std::string pending;         // words of what it was about to do: "locks mutex"
  uint32_t waits_object = 0;   // ObjectId it waits for, 0 if none
  std::string waits_for;  // "mutex M2 (lock_b)", "condition variable C1", "" if it does not wait
  uint32_t owner = kNoThreadIndex;  // who holds that
  uint32_t lock_count = 0;          // how many locks it holds
  std::vector<LockView> locks;      // the first of them
  bool timed = false;               // its wait has a deadline
  Stack current;                    // where it stood when the finding was made
  bool bystander = false;           // the finding does not mention it: it only stood somewhere
};

// One edge of a wait-for cycle: `thread` waits for `object`, which the thread of the next edge holds.
// For lock-order: where `thread` took `object` while it held the one before.
struct CycleEdge {
  uint32_t thread = kNoThreadIndex;
  uint32_t object = 0;
  std::string name;      // "M2"
  std::string kind;      // "mutex"
  std::string variable;  // "" if the lock is no global variable
  Stack at;              // where it waits or, for lock-order, where it locked
};

struct EventView {
  uint64_t index = 0;  // number of the event in the execution
  uint32_t thread = kNoThreadIndex;
  std::string words;     // "locks mutex M1 (lock_a)"
  std::string function;  // short name of the innermost function of the program
  std::string file;
  uint32_t line = 0;
  uint64_t value = 0;  // what was read or written, if has_value
  bool has_value = false;
  uint32_t result = 0;    // errno of the operation, 0 if it went well
  bool switched = false;  // another thread ran just before
  bool blocked = false;   // the thread had to wait
  bool is_access_of_finding =
      false;  // no event of the engine but one of the two accesses of a race
};

// One row of the story: what happened, who went on, or what was left out.
enum class StoryKind : uint8_t {
  kEvent,  // `event`, which may be an access of the finding
  kSwitch,  // the turn goes from `event.thread` to `next`; event.words is what that one was about to do, or ""
  kFold,     // `folded` events of the threads before and after do not matter
  kBlocked,  // at the end: `event.thread` waits, event.words says for what
  kFinding,  // the finding itself, in its thread
};
struct StoryRow {
  StoryKind kind = StoryKind::kEvent;
  EventView event;
  uint32_t next = kNoThreadIndex;
  bool preemptive = false;  // kSwitch: the thread could have gone on
  uint64_t folded = 0;
};

// How much of a schedule there is to understand.
struct ScheduleView {
  uint32_t preemptive_switches = 0;  // away from a thread that could have gone on
  uint32_t threads_involved = 0;     // that had run when the finding was made
  uint32_t found_switches = 0;       // preemptive ones of the schedule that was found first
  bool minimal = false;              // no schedule that shows the finding has fewer
  double shrink_seconds = 0;
};

// Two events of the schedule, `first` before `second`. In the other order, and otherwise the same schedule as far as it
// fits, the execution passes: this was tried.
struct SwapView {
  EventView first;
  EventView second;
};

// What further executions showed of the place that a race is about (explain/discipline.h).
struct DisciplineView {
  uint64_t executions = 0;
  uint64_t accesses = 0;   // to the place, in all of them
  uint64_t contended = 0;  // of them, those that conflict with one of another thread
  uint64_t left_out = 0;   // steps that were not noted
  struct Lock {
    std::string name;
    uint64_t held = 0;  // contended accesses that held it
  };
  std::vector<Lock> locks;
  std::vector<std::string> statements;  // the counts, in sentences
};

// What to do, with what was seen that says so.
struct SuggestionView {
  std::string remedy;  // the name of its page in docs/remedies
  std::string advice;
  std::string evidence;
  std::string lock;      // "" if it is about none
  std::string function;  // where to do it; "" and 0 if that is not one place
  std::string file;
  uint32_t line = 0;
};

// What followed from a race in the executions that were observed.
struct HarmView {
  uint64_t executions = 0;
  uint64_t raced = 0;  // of them, those in which the race happened
  struct Consequence {
    std::string verdict;
    std::string message;
    uint64_t count = 0;  // executions with the race in which this was found as well
  };
  std::vector<Consequence> consequences;
};

// One thing that is wrong. BuildFinding fills what the region knows; the driver adds the fields of the last group.
struct FindingView {
  trace::Verdict verdict = trace::Verdict::kNone;
  std::string id;         // "data-race-1f3a9c02": stable over processes and executions
  std::string signature;  // long form of the id: equal for duplicates
  std::string summary;    // one line for a person
  std::string message;    // assertion text, type and what() of an exception, what was misused
  uint32_t thread = kNoThreadIndex;  // who noticed
  uint64_t address = 0;
  int32_t signal = 0;       // crash
  int32_t exit_status = 0;  // exit-status
  uint64_t event = 0;       // events before it
  uint64_t decision = 0;    // decisions before it

  std::vector<AccessView> accesses;  // current first, then the earlier one
  LocationView location;
  std::optional<HeapView> heap;
  std::vector<CycleEdge> cycle;
  // All that the finding mentions; for hangs every thread that has not ended. Where a thread crashed or failed an assertion,
  // the others come last, as bystanders.
  std::vector<ThreadView> threads;
  std::vector<EventView> events;  // the last ones before the finding, oldest first
  uint64_t events_left_out = 0;   // earlier events that are not in `events`
  // Data races: libraries whose own atomic operations the detector does not see.
  std::vector<std::string> unseen_libraries;
  // … but has seen for this finding, which is a race all the same (driver/second_look.h).
  bool libraries_seen = false;
  // All events, where a drawing was asked for; null otherwise.
  std::shared_ptr<const Timeline> timeline;

  std::vector<StoryRow> story;  // the whole execution up to the finding; empty if that is not known

  // Set by the driver.
  uint64_t first_execution = 0;
  uint64_t count = 1;                    // executions in which the same finding appeared
  std::string card;                      // path of the card, "" if none was written
  std::optional<ScheduleView> schedule;  // after shrinking
  std::optional<SwapView> swap;          // the pair that matters, if one does it
  // From further executions.
  std::optional<DisciplineView> discipline;
  std::optional<SuggestionView> suggestion;
  std::optional<HarmView> harm;
  // Why it does not count: a line of a suppressions file, or "baseline"; "" if it does.
  std::string suppressed_by;
  std::string output_tail;  // end of what the program printed in that execution
};

// Something that ran outside of control, or is not modelled, and what happened instead.
struct UncontrolledView {
  std::string name;
  std::string treatment;
  uint64_t count = 0;
};

// Findings that did not count, by what the user said: a line of a suppressions file, or the baseline.
struct SuppressedView {
  std::string rule;              // "race:bank::audit", "baseline"
  uint64_t findings = 0;         // different ones
  uint64_t executions = 0;       // in which they appeared
  std::vector<std::string> ids;  // of the findings
};

// How many orders of dependent steps the executions showed, and what that says about the rest.
struct CoverageView {
  trace::OrderStatistics orders;
  trace::OrderSource source = trace::OrderSource::kDrawn;
  double wanted = 0;       // the run was to end when at most this part is unseen; 0: it was not
  bool saturated = false;  // … and did
};

// All that one `heddle run` has to say.
struct RunView {
  std::vector<std::string> program;  // argv
  std::string strategy;              // "portfolio", "pct:3"
  uint64_t seed = 0;
  uint64_t executions = 0;
  double seconds = 0;
  double executions_per_second = 0;
  uint64_t decisions = 0;  // of all executions
  bool exhausted = false;  // every schedule was tried (with dfs: within its bound)
  std::string search;      // dfs: how far it came, in words; "" otherwise
  std::optional<CoverageView> coverage;
  bool instrumented = true;           // false: no race detection
  std::vector<FindingView> findings;  // merged by signature
  std::vector<SuppressedView> suppressed;
  std::vector<UncontrolledView> uncontrolled;
  std::vector<std::string> notes;  // anything else a person should know
};

}  // namespace heddle::report
