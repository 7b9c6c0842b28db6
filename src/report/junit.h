// The report as JUnit XML, which every CI server reads: a test case per test of a suite, or one per program.
#pragma once

#include <string>

#include "report/report_view.h"

namespace heddle::report {

// `directory`: files below it are named relative to it.
[[nodiscard]] std::string JunitXml(const ReportView& report, const std::string& directory);

}  // namespace heddle::report
