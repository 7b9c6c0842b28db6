// The discipline of a place in memory: which locks its accesses held, and what ordered them. Counted, never guessed.
//
// Only *contended* accesses count: those that have a conflicting access of another thread which creating and joining
// threads does not order. What the constructor wrote before there were threads needs no lock, and would spoil every
// count ("213 of 214") if it were among them.
//
//   accesses to `total`                     locks    contended?
//   main writes, then creates T1 and T2     none     no: ordered by creation
//   T1 writes                               m        yes
//   T2 reads                                none     yes  <- "1 of 2 held m; T2's read did not"
//   main joins both, reads                  none     no: ordered by joining
//
// Cost: pairs of accesses of one execution, of which there are at most a few thousand (base/limits.h).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "explain/observations.h"

namespace heddle::explain {

struct LockCount {
  uint32_t lock = 0;
  uint64_t held = 0;             // contended accesses that held it
  uint64_t writes = 0;           // of them, writes that held it exclusively
  std::vector<uint32_t> places;  // of these accesses
};

struct PlaceCount {
  uint32_t place = 0;
  bool write = false;
  bool atomic = false;
  uint64_t contended = 0;
  uint64_t without_lock = 0;  // held none at all
};

// How a contended access came after the one before it that conflicts: by a lock that both held, by another operation, or
// not at all.
struct EdgeCount {
  trace::OpKind op = trace::OpKind::
      kNone;  // what the later thread did to learn of the earlier; kNone: nothing, a race
  uint32_t lock = kNothing;  // both held it
  uint64_t count = 0;
};

// One conflicting pair that nothing ordered.
struct RacingPair {
  size_t execution = 0;
  size_t first = 0, second = 0;  // steps
};

struct Discipline {
  uint64_t executions = 0;
  uint64_t raced = 0;  // executions with an unordered pair
  uint64_t accesses = 0;
  uint64_t contended = 0;
  std::vector<LockCount> locks;    // most held first
  std::vector<PlaceCount> places;  // most frequent first
  std::vector<EdgeCount> edges;    // most frequent first
  std::vector<RacingPair> races;
};

[[nodiscard]] Discipline Count(const Observations& observations);

// The contended accesses of one execution, as numbers of steps.
[[nodiscard]] std::vector<size_t> ContendedSteps(const ObservedExecution& execution);

// Places at which an unordered access was seen.
[[nodiscard]] std::set<uint32_t> RacingPlaces(const Discipline& discipline,
                                              const Observations& observations);

[[nodiscard]] bool Holds(const Step& access, uint32_t lock);

// What was counted, in sentences: "213 of 214 contended accesses held mutex 'm'; read in Encode() main.cc:31 did not".
[[nodiscard]] std::vector<std::string> Statements(const Discipline& discipline,
                                                  const Observations& observations);

// "Encode() main.cc:31".
[[nodiscard]] std::string PlaceText(const Place& place);

}  // namespace heddle::explain
