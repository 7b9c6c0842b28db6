// heddle run: explores the schedules of a program and reports what is wrong.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/hunt.h"
#include "cli/json_file.h"
#include "cli/run_options.h"
#include "cli/test_command.h"
#include "driver/interrupt.h"
#include "report/json.h"
#include "report/report_view.h"
#include "report/text.h"

namespace heddle::cli {

namespace {

[[nodiscard]] nlohmann::json Json(const report::RunView& run, const RunOptions& options) {
  nlohmann::json object = report::RunJson(run);
  if (!options.finding_text.has_value()) return object;
  for (size_t i = 0; i < run.findings.size(); ++i)
    object["findings"][i]["text"] = report::FindingText(run.findings[i], *options.finding_text);
  return object;
}

[[nodiscard]] report::CaseStatus StatusOf(const Hunt& hunt) {
  if (!hunt.run.findings.empty()) return report::CaseStatus::kFinding;
  return hunt.exit_status == driver::kExitClean ? report::CaseStatus::kHeld
                                                : report::CaseStatus::kRefused;
}

[[nodiscard]] report::ReportView ReportFor(const Hunt& hunt) {
  std::string reason;
  if (StatusOf(hunt) == report::CaseStatus::kRefused) {
    reason = hunt.failure.has_value() ? hunt.failure->message : "not all of it was explored";
  }
  return report::ReportOf(hunt.run, StatusOf(hunt), reason);
}

}  // namespace

int RunCommand(const Arguments& arguments) {
  std::variant<RunOptions, int> parsed = ParseRunOptions(arguments, std::getenv("HEDDLE_OPTIONS"));
  if (const int* ended = std::get_if<int>(&parsed)) return *ended;
  const RunOptions& options = std::get<RunOptions>(parsed);

  if (options.suite.has_value()) return RunTestSuite(options);

  driver::InstallInterruptHandlers();
  const driver::Result<driver::StandardInput> input = driver::StandardInput::Take();
  if (!input.ok()) return PrintError(input.error());
  if (input.value().was_terminal())
    PrintNote("the program reads an empty standard input, not this terminal");

  const driver::Result<Hunt> hunt = HuntFindings(options, input.value());
  if (!hunt.ok()) return PrintError(hunt.error());
  const report::RunView& run = hunt.value().run;

  if (!options.finding_text.has_value()) {
    const std::string text = report::RunText(run, TerminalTextOptions());
    // With the JSON on standard output, the text goes where it does not disturb it.
    fmt::print(options.json_path == "-" ? stderr : stdout, "{}", text);
  }
  if (hunt.value().failure.has_value()) PrintError(*hunt.value().failure);
  if (!options.json_path.empty()) {
    if (driver::Status written = WriteJson(Json(run, options), options.json_path); !written.ok()) {
      return PrintError(written.error());
    }
  }
  if (!options.write_baseline.empty()) {
    Baseline baseline = options.filter.baseline;
    for (const report::FindingView& finding : run.findings) baseline[finding.id] = finding.summary;
    if (driver::Status written = StoreBaseline(baseline, options.write_baseline); !written.ok())
      return PrintError(written.error());
  }
  if (const driver::Status written = WriteRenderings(ReportFor(hunt.value()), options.renderings);
      !written.ok()) {
    return PrintError(written.error());
  }
  return hunt.value().exit_status;
}

}  // namespace heddle::cli
