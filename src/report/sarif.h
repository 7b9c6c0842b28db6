// The report as SARIF 2.1.0, which code hosts and editors show beside the source: a result per finding, with its stacks
// and, as code flows, the interleaving that leads to it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/report_view.h"

namespace heddle::report {

struct SarifOptions {
  std::string directory;       // root of the sources: files below it are named relative to it
  std::string heddle_version;  // "0.3.0"
};

[[nodiscard]] nlohmann::json SarifJson(const ReportView& report, const SarifOptions& options);

// A path as part of a URI: everything that is not plain is written as %XX, also bytes that are not UTF-8.
[[nodiscard]] std::string UriPath(const std::string& path);

}  // namespace heddle::report
