// The files into which a result can be rendered, and the options that name them: the same for `run`, `replay` and `report`.
#pragma once

#include <initializer_list>
#include <string>

#include "driver/status.h"
#include "report/build.h"
#include "report/report_view.h"

namespace CLI {
class App;  // Its header takes seconds to compile, and few who include this one need it.
}

namespace heddle::cli {

// Paths; "" is none.
struct Renderings {
  std::string html;
  std::string sarif;
  std::string junit;
  std::string trace;
  std::string annotate;  // "github"

  [[nodiscard]] bool none() const {
    return html.empty() && sarif.empty() && junit.empty() && trace.empty() && annotate.empty();
  }
  // How much of the execution is needed for them.
  [[nodiscard]] report::Detail detail() const {
    return html.empty() && trace.empty() ? report::Detail::kEvents : report::Detail::kTimeline;
  }
};

void AddRenderingOptions(CLI::App& app, Renderings& renderings);

// A file that a command writes, and the option that names it.
struct OutputFile {
  const char* option;
  std::string path;  // "" is none, "-" standard output
};

// Whether all the files can probably be written, and each is another one.
[[nodiscard]] driver::Status CheckOutputs(const Renderings& renderings,
                                          std::initializer_list<OutputFile> others);

// Writes them; annotations go to standard output, where the runner reads them. Tries all, answers with the first failure.
[[nodiscard]] driver::Status WriteRenderings(const report::ReportView& report,
                                             const Renderings& renderings);

// The root of the sources for files that tools read: the checked-out repository on a CI server, otherwise this directory.
[[nodiscard]] std::string SourceRoot();

}  // namespace heddle::cli
