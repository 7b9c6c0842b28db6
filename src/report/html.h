// The report as one page that opens anywhere: no network, no other file. The text of it is plain HTML, made here, so that it
// can be read, searched and printed without a script; the timelines are drawn by the scripts in page/.
#pragma once

#include <string>

#include "report/report_view.h"

namespace heddle::report {

struct HtmlOptions {
  std::string directory;  // files below it are named relative to it
  std::string heddle_version;
};

[[nodiscard]] std::string HtmlPage(const ReportView& report, const HtmlOptions& options);

}  // namespace heddle::report
