#include "cli/renderings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <system_error>
#include <vector>

#include "cli/console.h"
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

driver::Status CheckOutputs(const Renderings& renderings,
                            std::initializer_list<OutputFile> others) {
  std::vector<OutputFile> files = others;
  for (const Row& row : kRows) files.push_back({row.option, renderings.*row.path});
  std::map<std::filesystem::path, std::string> options;  // by the file that they name
  for (const OutputFile& file : files) {
    driver::Status writable = CheckOutput(file.path, file.option);
    if (!writable.ok()) return writable;
    std::error_code error;
    const std::filesystem::path path =
        std::filesystem::weakly_canonical(std::filesystem::absolute(file.path, error), error);
    // Of a terminal or /dev/null everybody may have a part.
    const bool shared = std::filesystem::exists(path, error) && !is_regular_file(path, error);
    if (file.path.empty() || file.path == "-" || shared) continue;
    const auto [other, first] = options.emplace(path, file.option);
    if (first) continue;
    return driver::Error{
        driver::kExitUsage,
        fmt::format("{} and {} both write '{}'", other->second, file.option, Printable(file.path)),
        "name a file for each of them"};
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
