// After a race was found and its schedule made short: runs the program under further schedules, watches what happens to
// the racy place, and says which discipline the other accesses follow, what to do, and what the race led to
// (explain/discipline.h, explain/suggestion.h).
#pragma once

#include "driver/job.h"
#include "report/model.h"
#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::cli {

// Executions that are run for one finding, at most.
inline constexpr uint64_t kObservedExecutions = 200;

// Fills view.discipline, view.suggestion and view.harm, as far as something was seen until `deadline`. `finding` is the
// race in the region, diagnosed. Nothing is filled if the place cannot be recognised in another execution.
// REQUIRES: nothing is to be replayed in this loom any more by addresses on the heap, which move.
void ObserveRace(driver::Job& job, const driver::LoomSettings& settings,
                 report::Symbolizer& symbolizer, const trace::Finding& finding,
                 driver::Clock::time_point deadline, report::FindingView& view);

}  // namespace heddle::cli
