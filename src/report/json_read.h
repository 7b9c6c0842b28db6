// From the JSON report back to the model: a result that was stored, or that another process of ours made, is rendered like
// one of this process. docs/formats.md describes the file.
//
// What is read may have been edited: a value of the wrong type counts as not there, and numbers that other numbers refer to
// are checked.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "report/report_view.h"

namespace heddle::report {

[[nodiscard]] RunView ReadRun(const nlohmann::json& object);
[[nodiscard]] FindingView ReadFinding(const nlohmann::json& object);

// The report of a program or of a test suite. Nothing, and `why` in words, if the text is no report of a version that this
// Heddle reads.
[[nodiscard]] std::optional<ReportView> ReadReport(std::string_view text, std::string* why);

}  // namespace heddle::report
