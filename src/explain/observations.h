// What observing executions saw of one place of memory, as plain values: threads, accesses, locks, operations, in order.
// Who runs the executions and gives names to things is elsewhere (cli/observing.h); who judges, too (discipline.h,
// suggestion.h). Clocks mean what trace/observed.h says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/observed.h"
#include "trace/region.h"

namespace heddle::explain {

inline constexpr uint32_t kNothing = 0xffff'ffff;

// A place in the source. Two accesses at one place differ in nothing that a person could change separately.
struct Place {
  std::string function;  // short: "Vault::Put()"
  std::string file;
  uint32_t line = 0;
};

// A lock, the same one in all executions: by its variable, or by where in which kind of block it lies.
struct Lock {
  std::string name;  // "mutex 'bank::lock'"
};

struct HeldLock {
  uint32_t lock = 0;    // index of Observations::locks
  bool shared = false;  // held for reading only
};

struct Step {
  bool access = false;  // else an operation
  uint32_t thread = 0;
  trace::OpKind op = trace::OpKind::kNone;
  // An access.
  uint32_t instance = 0;  // which of the observed blocks; 0 if it is one variable
  bool write = false;
  bool atomic = false;
  bool frees = false;
  uint32_t place = kNothing;  // index of Observations::places
  std::vector<HeldLock> locks;
  // An operation.
  uint64_t object = 0;       // address within this execution, 0 if it has none
  uint32_t lock = kNothing;  // if the object is a lock: index of Observations::locks
  uint64_t value = 0;        // creating, joining: the other thread
  bool stored = false;       // an atomic operation that changed memory
  int order = 0;             // of an atomic operation, as in __ATOMIC_*
  uint64_t pc = 0;
  // Happens-before.
  uint32_t clock = 0;
  uint32_t created_clock = 0;
  uint32_t known[kObservedThreadsMax] = {};
  uint32_t created[kObservedThreadsMax] = {};
};

// Something else that was found in an execution.
struct Consequence {
  std::string verdict;
  std::string message;
};

struct ObservedExecution {
  std::vector<Step> steps;
  std::vector<Consequence> findings;  // other than data races
};

struct Observations {
  std::vector<Place> places;
  std::vector<Lock> locks;
  std::vector<ObservedExecution> executions;
  uint64_t left_out = 0;  // steps that there was no room for
};

// True if creating and joining threads alone puts `earlier` before `later`, which comes later in the execution.
[[nodiscard]] bool OrderedByLife(const Step& earlier, const Step& later);

// True if `earlier` happens before `later`.
[[nodiscard]] bool Ordered(const Step& earlier, const Step& later);

// Two accesses of different threads to the same memory, of which at least one writes and not both are atomic.
[[nodiscard]] bool Conflict(const Step& a, const Step& b);

// The lock that excludes the two from each other; kNothing if there is none.
[[nodiscard]] uint32_t CommonLock(const Step& a, const Step& b);

}  // namespace heddle::explain
