// What the script of the page draws: a timeline with its spans, predecessors and source lines, as JSON.
#pragma once

#include <string>

#include "report/report_view.h"
#include "report/source_text.h"

namespace heddle::report {

// Fit to stand within a <script> element. REQUIRES: the finding has a timeline.
[[nodiscard]] std::string TimelineData(const FindingView& finding, const std::string& directory,
                                       SourceText& sources);

}  // namespace heddle::report
