// The last events before a finding, with names and places: the rows of the table that tells how it came about.
#pragma once

#include <memory>

#include "report/model.h"
#include "report/objects.h"
#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::report {

// One event of the region, by its number. REQUIRES: index < kept_event_count.
[[nodiscard]] EventView ViewOfEvent(const trace::Region& region, uint64_t index,
                                    Symbolizer& symbolizer, ObjectNames& names);

// A row for an access that the engine did not see as an event.
[[nodiscard]] EventView ViewOfAccess(const AccessView& access, const FindingView& finding);

// Events that happen all the time and order nothing.
[[nodiscard]] bool IsNoise(trace::OpKind op);

// Fills view->events from the region's events, oldest first. The plain accesses of view->accesses, which are no events,
// get rows of their own at the moment when they happened.
void AddEvents(const trace::Region& region, const trace::Finding& finding, Symbolizer& symbolizer,
               ObjectNames& names, FindingView* view);

// The same without limit of length (but kTimelineEventsMax), as numbers. `view` already has its accesses and location.
[[nodiscard]] std::shared_ptr<const Timeline> BuildTimeline(const trace::Region& region,
                                                            const trace::Finding& finding,
                                                            Symbolizer& symbolizer,
                                                            ObjectNames& names,
                                                            const FindingView& view);

}  // namespace heddle::report
