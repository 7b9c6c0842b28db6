// The report as JSON, for programs. docs/formats.md describes it and says how it may change.
#pragma once

#include <nlohmann/json.hpp>

#include "report/report_view.h"

namespace heddle::report {

inline constexpr int kReportVersion = 1;

[[nodiscard]] nlohmann::json FindingJson(const FindingView& finding);
[[nodiscard]] nlohmann::json RunJson(const RunView& run);
// Of one program the same as RunJson; of several cases the form of a test suite.
[[nodiscard]] nlohmann::json ReportJson(const ReportView& report);

}  // namespace heddle::report
