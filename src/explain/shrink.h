// Makes the schedule of a finding as short as it can: what a person has to read and believe.
//
// A schedule found by chance switches threads hundreds of times, and two or three of these matter. What is left out of a
// guide is decided in the usual way (trace/guide.h), so shrinking is leaving out: large parts first, then smaller ones,
// down to single choices, as in delta debugging (Zeller, Hildebrandt, 2002), as long as the finding stays. What is
// accepted must cost less: first fewer preemptive switches, then fewer threads, then fewer unusual choices.
//
//   found       T0 T1*3 T2 T0*2 T1 T2 T0*9 …            31 preemptive switches
//   leave out   halves, quarters, … single choices      2
//   redirect    T0 -> T2 -> T1 becomes T0 -> T1         2
//   single      each of the 31 alone                    1
//   search      every schedule without one              it takes 1
//
// Leaving out gets stuck where two choices must change together: "T0 gives way to T2, which gives way to T1" becomes "T0
// gives way to T1" only if the first is changed and the second dropped. Redirecting tries that; and because most findings
// take one such switch, each one that was seen is tried alone. In a small program the schedules with fewer switches are
// few, so the systematic search looks through them last, fewest first: either it finds a better one, or it proves that
// there is none.
//
// Cost: about k log n runs for n choices of which k matter.
#pragma once

#include <cstdint>

#include "explain/executor.h"

namespace heddle::explain {

struct Shrunk {
  Trial best;
  uint64_t runs = 0;     // executions that it took, those of the search not counted
  bool minimal = false;  // no schedule has fewer preemptive switches (within what the search tries)
};

// REQUIRES: found.fails.
[[nodiscard]] Shrunk Shrink(Executor& executor, const Trial& found);

}  // namespace heddle::explain
