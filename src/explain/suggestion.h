// From what was observed of a racy place to one remedy, or none. Each remedy has a pattern of evidence; a suggestion is
// made only if every unordered pair that was seen fits the pattern, or the counts leave one reading only:
//
//   publish-release-acquire  between the two accesses one thread stored to an atomic and the other read it, and one of
//                            the two was weaker than release and acquire; or a read without lock was followed by taking
//                            the lock and reading again; or one thread reads the place again and again and does nothing
//                            else: it waits for it
//   snapshot-under-lock      all accesses held one lock but reads whose thread had just released that lock
//   hold-lock                all accesses held one lock but a few
//   insert-after-exists      the reader had heard of the writer since it started, before the writer wrote: the writer
//                            announced what was not there yet
//   wait-for-all             a thread touches what its own child still uses, and neither holds a lock
//
// A lock counts only if a writer held it exclusively: one that readers alone hold orders nothing here. Two locks that
// each guard a part of the accesses are two disciplines, and nobody but the author knows which is the right one.
#pragma once

#include <optional>
#include <string>

#include "explain/discipline.h"
#include "explain/observations.h"

namespace heddle::explain {

struct Suggestion {
  std::string remedy;         // the name of its page in docs/remedies
  std::string advice;         // what to do, one sentence
  std::string evidence;       // what was seen that led to it, with counts
  uint32_t lock = kNothing;   // index of Observations::locks
  uint32_t place = kNothing;  // where to do it: index of Observations::places
};

[[nodiscard]] std::optional<Suggestion> SuggestForRace(const Discipline& discipline,
                                                       const Observations& observations);

// Whether a memory order (__ATOMIC_*) acquires or releases.
[[nodiscard]] bool Acquires(int order);
[[nodiscard]] bool Releases(int order);

}  // namespace heddle::explain
