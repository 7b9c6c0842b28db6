// The report as workflow commands of GitHub Actions: lines on standard output that the runner turns into annotations at
// the lines of a pull request. Other CI servers ignore them, or understand them too (Gitea, Forgejo).
#pragma once

#include <string>

#include "report/report_view.h"

namespace heddle::report {

// `directory`: the root of the checked-out repository; the runner wants paths relative to it.
[[nodiscard]] std::string GithubAnnotations(const ReportView& report, const std::string& directory);

}  // namespace heddle::report
