// The story of a finding: the execution from its beginning, with only the events that matter.
//
// What matters is decided by rank, and the best are taken until there are enough:
//
//   rank  event
//   3     the last before and the first after a preemptive switch; the last of each thread that is blocked or found it
//   2     on an object of the finding: a lock that it names, what a thread waits for; starting and joining threads
//   1     on an object that several threads use
//   0     anything else: never told, only counted
//
// A switch is told where the event before or after it is told, and always if it was preemptive. What is left out between
// two rows becomes one row with a count.
#pragma once

#include "report/model.h"
#include "report/objects.h"
#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::report {

// Fills view->story. REQUIRES: the other fields of the view that the region tells are filled.
void AddStory(const trace::Region& region, const trace::Finding& finding, Symbolizer& symbolizer,
              ObjectNames& names, FindingView* view);

// The pure half: which of the events 0 … end-1 are told, by number, ascending. For tests.
[[nodiscard]] std::vector<uint64_t> EventsThatMatter(const trace::Region& region,
                                                     const trace::Finding& finding, uint64_t end,
                                                     size_t count_max);

}  // namespace heddle::report
