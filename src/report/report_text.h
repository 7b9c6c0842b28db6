// A whole report as text: of one program what `heddle run` prints, of many the findings and a line for each.
#pragma once

#include <string>

#include "report/report_view.h"
#include "report/text.h"

namespace heddle::report {

[[nodiscard]] std::string ReportText(const ReportView& report, const TextOptions& options);

}  // namespace heddle::report
