// The last events before a finding, with names and places: the rows of the table that tells how it came about.
#pragma once

#include <memory>

#include "report/model.h"
#include "report/objects.h"
#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::report {

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
