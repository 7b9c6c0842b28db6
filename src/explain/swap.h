// The pair that matters: two events of a failing schedule which in the other order make the execution pass.
//
// Candidates are pairs of events of different threads on one object, of which at least one changes it, the earlier being
// the last such before the later one. Of a lock only the taking counts: who gets it first is what can be swapped. The
// guide then lets the second thread run on up to and including its event before the first may do its own:
//
//   failing   T1 loads a    T2 loads a    T2 stores a    T1 stores a
//   pair           ^                           ^
//   swapped   T2 loads a    T2 stores a    T1 loads a    T1 stores a
//
// Whether that can be, and whether the execution then passes, nobody knows before it was run (explain/loom_executor.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "explain/executor.h"

namespace heddle::explain {

// Numbers of events, first < second.
struct EventPair {
  uint64_t first = 0;
  uint64_t second = 0;
  bool operator==(const EventPair&) const = default;
};

// The candidates, the closest first: the less lies between, the less else the other order changes. Of equally close ones
// those nearest to the end come first.
[[nodiscard]] std::vector<EventPair> ConflictingPairs(std::span<const trace::Event> events,
                                                      size_t count_max);

// `guide`, which leads to `events`, changed so that the pair comes in the other order. REQUIRES: events have steps.
[[nodiscard]] Guide SwappedGuide(const Guide& guide, std::span<const trace::Event> events,
                                 const EventPair& pair);

// Whether the events have the pair in the other order: the later one of `before`, by thread and step, comes first.
[[nodiscard]] bool IsSwapped(std::span<const trace::Event> before, const EventPair& pair,
                             std::span<const trace::Event> after);

}  // namespace heddle::explain
