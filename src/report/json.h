// The report as JSON, for programs. docs/formats.md describes it and says how it may change.
#pragma once

#include <nlohmann/json.hpp>

#include "report/model.h"

namespace heddle::report {

inline constexpr int kReportVersion = 1;

[[nodiscard]] nlohmann::json FindingJson(const FindingView& finding);
[[nodiscard]] nlohmann::json RunJson(const RunView& run);

}  // namespace heddle::report
