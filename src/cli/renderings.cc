#include "cli/renderings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <system_error>

#include "cli/output_file.h"
#include "driver/version.h"
#include "report/annotations.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/sarif.h"
#include "report/trace_events.h"

namespace heddle::cli {
namespace {

using report::ReportView;

[[nodiscard]] std::string Dump(const nlohmann::json& object, int indent) {
  return object.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// One row per kind of file: adding a rendering is adding a row.
struct Row {
  const char* option;
  const char* help;
  std::string Renderings::*path;
  std::string (*render)(const ReportView&);
};

constexpr std::array<Row, 4> kRows = {{
    {"--html", "Write the report as a page for people, with an interactive timeline",
     &Renderings::html,
     [](const ReportView& report) {
       return report::HtmlPage(report,
                               {.directory = SourceRoot(), .heddle_version = driver::Version()});
     }},
    {"--sarif", "Write the report as SARIF 2.1.0, for code hosts and editors", &Renderings::sarif,
     [](const ReportView& report) {
       return Dump(report::SarifJson(
                       report, {.directory = SourceRoot(), .heddle_version = driver::Version()}),
                   1);
     }},
    {"--junit", "Write the report as JUnit XML, for CI servers", &Renderings::junit,
     [](const ReportView& report) { return report::JunitXml(report, SourceRoot()); }},
    {"--trace",
     "Write the executions of the findings as a trace for ui.perfetto.dev or chrome://tracing",
     &Renderings::trace,
     [](const ReportView& report) { return Dump(report::TraceJson(report), -1); }},
}};

}  // namespace

void AddRenderingOptions(CLI::App& app, Renderings& renderings) {
  constexpr const char* kGroup = "Reports";
  for (const Row& row : kRows)
    app.add_option(row.option, renderings.*row.path, row.help)->type_name("FILE")->group(kGroup);
  app.add_option("--annotate", renderings.annotate,
                 "Print the findings as annotations that this CI server shows in the source")
      ->type_name("github")
      ->check(CLI::IsMember({"github"}))
      ->group(kGroup);
}

driver::Status CheckRenderings(const Renderings& renderings) {
  for (const Row& row : kRows) {
    driver::Status writable = CheckOutput(renderings.*row.path, row.option);
    if (!writable.ok()) return writable;
  }
  return driver::Ok();
}

driver::Status WriteRenderings(const ReportView& report, const Renderings& renderings) {
  driver::Status result = driver::Ok();
  for (const Row& row : kRows) {
    const std::string& path = renderings.*row.path;
    if (path.empty()) continue;
    driver::Status written = WriteOutput(row.render(report), path, row.option);
    if (!written.ok() && result.ok()) result = std::move(written);
  }
  if (renderings.annotate == "github") {
    fmt::print("{}", report::GithubAnnotations(report, SourceRoot()));
    std::fflush(stdout);
  }
  return result;
}

std::string SourceRoot() {
  const char* workspace = std::getenv("GITHUB_WORKSPACE");
  if (workspace != nullptr && *workspace == '/') return workspace;
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::current_path(error);
  return error ? "" : directory.string();
}

}  // namespace heddle::cli
