// What the search without repetitions (strategy/dpor.h) keeps from one execution to the next. It lives in the region,
// because every execution of a whole program is a process of its own. Zeroed memory is a search that has not begun.
//
// Memory: a node and an event per step of the execution that runs (bounded by its depth), and the wake-up trees, whose
// branches are what has been found to be missing and is not explored yet.
#pragma once

#include <cstdint>

#include "base/limits.h"

namespace heddle::trace {

inline constexpr uint32_t kDporNone = 0xffff'ffff;
// A step of which any result may follow: all are tried.
inline constexpr uint32_t kDporAnyValue = 0xffff'ffff;

enum class DporStatus : uint32_t {
  kUnused,
  kRunning,
  kComplete,  // nothing is left
  kDeviated,  // an execution did not do what it did before: the program is not deterministic
  kTooLarge,  // a limit of the search was passed (DporLeftOut says which)
};

// What a search did not cover; each is a reason not to call it complete.
enum DporLeftOut : uint32_t {
  kDporTooDeep = 1u << 0,      // an execution had more than kDporDepthMax steps
  kDporThreads = 1u << 1,      // … more than kDporThreadsMax threads
  kDporObjects = 1u << 2,      // … more than kDporObjectsMax objects
  kDporTree = 1u << 3,         // more than kDporTreeMax branches waited to be explored
  kDporCutShort = 1u << 4,     // a finding or exit ended an execution while threads could still run
  kDporOutside = 1u << 5,      // the program waited for the outside world, or drew random numbers
  kDporCancelled = 1u << 6,    // pthread_cancel, or a join that does not wait
  kDporWriterFirst = 1u << 7,  // a read-write lock that prefers writers
  kDporTwoChoices = 1u << 8,   // one step chose more than once
  kDporTime = 1u << 9,         // time-outs, sleeps, clocks: time passed only when nobody could run
  kDporTries = 1u << 10,       // tries in vain went on only when nothing else could run
  kDporBlind = 1u << 11,       // the program is not instrumented
  kDporSpins = 1u << 12,       // who reads the same values again and again waits for a change
};
// What a search supposed; not a reason, but said.
enum DporSupposed : uint32_t {
  kDporSpurious = 1u << 0,  // at most one wake-up without cause for each thread
  kDporWeak = 1u << 1,      // at most one failure without cause of a compare-exchange for each
};

// One way to use one object.
struct DporAccess {
  uint32_t object;
  uint32_t writes;  // 0: commutes with others that do not write either
};

// What a step does, known when it is announced and the same until it is done.
struct DporOp {
  DporAccess accesses[2];
  uint32_t access_count;
  uint32_t
      acquires;  // 0, or the DporAvailable bit that the first object must show before the step can be done
  uint32_t kind;      // trace::OpKind, to recognise it
  uint32_t unstable;  // 1: the same objects may have other numbers in another execution
};

// Who could take an object at a moment.
enum DporAvailable : uint32_t { kDporShared = 1u << 0, kDporExclusive = 1u << 1 };

struct DporEvent {
  DporOp op;
  uint32_t thread;
  uint32_t number;  // the how-manieth step of its thread, from 1
  uint32_t before;  // the thread's step before this one, or kDporNone
  uint32_t
      enabled_by;  // a step of another thread without which this one could not be, or kDporNone
  uint32_t earlier
      [2];  // by access: the access to the same object before this one, 2 * step + access, or kDporNone
  uint32_t available;    // DporAvailable of the first object just before the step
  uint32_t value;        // what was chosen in it …
  uint32_t value_count;  // … out of so many, 0 if nothing was
  uint32_t changed;      // 1: it changed a value that a thread could spin on
  uint32_t joins_all;    // 1: everything before it happens before it
};

// Some results of a step that need not be explored any more from a node.
struct DporAsleep {
  uint32_t thread;
  uint32_t value;
  uint32_t value_count;
};

inline constexpr uint32_t kDporAsleepMax = 4;

// The search at one depth: what the path does there, what is done with, what is still to do.
struct DporNode {
  uint32_t thread;
  uint32_t value;        // what is chosen in the step
  uint32_t value_count;  // as in the event
  uint32_t all_values;   // 1: all values of the step are explored here
  uint32_t kind;         // of the step, to notice a program that is not deterministic
  uint32_t object;
  uint32_t
      stable_objects;  // objects below this number (DporAccess) have it in every execution that gets here
  uint32_t first_branch;  // the wake-up tree: index of a DporBranch, or kDporNoBranch
  uint32_t asleep_count;
  uint64_t asleep;  // threads whose next step need not be explored from here, one bit each
  DporAsleep some_asleep[kDporAsleepMax];
};

inline constexpr uint32_t kDporNoBranch = 0;

// A branch of a wake-up tree: steps that are to be done in this order.
struct DporBranch {
  uint32_t thread;
  uint32_t value;  // or kDporAnyValue
  uint32_t first_child;
  uint32_t next_sibling;
  DporOp op;
};

enum class DporMode : uint32_t {
  kOptimal,  // wake-up trees
  kSource,   // source sets and sleep sets only (see dpor.h)
};

// What random probes say of the size of a search (strategy/dpor_probe.h).
struct DporEstimate {
  uint64_t probes;
  double sum;             // of what each probe takes for the number of executions
  double sum_of_squares;  // for the spread
};

// A probe: one execution that draws its way through the search instead of following it.
struct DporProbe {
  uint64_t on;                          // 1: this is one
  uint64_t random;                      // state of the generator
  double weight;                        // what it takes for the number of executions
  uint64_t related[kDporThreadsMax];    // threads that used an object together, in earlier probes
  uint64_t users[2 * kDporObjectsMax];  // by object: threads that used it in this one
};

struct DporSearch {
  DporStatus status;
  DporMode mode;
  uint32_t left_out;       // DporLeftOut
  uint32_t supposed;       // DporSupposed
  uint32_t prefix;         // so many nodes tell the execution what to do; it adds those that follow
  uint32_t depth;          // steps of the execution
  uint32_t thread_count;   // of the execution
  uint32_t frozen;         // 1: the execution goes on without the search (see redundant, left_out)
  uint32_t redundant_now;  // 1: the execution turned out to repeat others
  uint64_t executions;     // that have ended and were each the only one of their kind
  uint64_t redundant;      // that turned out to repeat others; never, but for the reasons in dpor.h
  uint32_t barrier_count;  // moments of the execution at which time passed because nobody could run
  uint32_t carried;        // the wake-up tree of the node that comes next
  uint32_t free_branch;    // list of branches to be used again, by next_sibling
  uint32_t branch_count;   // so many were ever used
  uint32_t branches_in_use;
  uint32_t branches_most;  // ever in use at the same time
  uint32_t depth_most;     // of any execution
  DporEstimate estimate;
  DporProbe probe;
  // After the last step: who is there and what each is about to do.
  uint64_t pending_alive;
  DporEvent pending[kDporThreadsMax];
  DporNode nodes[kDporDepthMax];
  DporEvent events[kDporDepthMax];
  uint16_t clocks[kDporDepthMax + 1][kDporThreadsMax];
  uint16_t places[kDporThreadsMax][kDporDepthMax + 1];  // by thread and number: the step
  uint32_t barriers[kDporDepthMax];                     // depth at each of those moments
  DporBranch branches[kDporTreeMax + 1];                // the first stands for none
};

}  // namespace heddle::trace
