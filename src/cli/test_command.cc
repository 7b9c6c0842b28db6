#include "cli/test_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/console.h"
#include "cli/finding_text.h"
#include "cli/json_file.h"
#include "cli/temporary_directory.h"
#include "cli/test_report.h"
#include "cli/test_runs.h"
#include "driver/interrupt.h"
#include "report/json_read.h"

namespace heddle::cli {
namespace {

using driver::Result;
using std::chrono::steady_clock;

[[nodiscard]] std::string_view KindName(TestKind kind) {
  switch (kind) {
    case TestKind::kGtest:
      return "gtest";
    case TestKind::kCatch2:
      return "catch2";
    case TestKind::kCtest:
      return "ctest";
  }
  return "";
}

// The line for somebody who watches: how far it is, and what runs.
class Watched {
 public:
  explicit Watched(size_t total) : total_(total) {}

  void Begun(const std::string& name) {
    running_.push_back(Printable(name));
    Show();
  }
  void Ended(const std::string& name) {
    const auto found = std::find(running_.begin(), running_.end(), Printable(name));
    if (found != running_.end()) running_.erase(found);
    ++ended_;
    Clear();
  }
  void Show() {
    if (running_.empty()) return;
    std::string text = fmt::format("heddle: {} of {} tests done, running {}", ended_, total_,
                                   fmt::join(running_, ", "));
    if (text.size() > kColumnsMax) text = text.substr(0, kColumnsMax - 3) + "...";
    line_.Show(text);
  }
  void Clear() { line_.Clear(); }

 private:
  static constexpr size_t kColumnsMax =
      79;  // A longer line would wrap, and could not be taken back.

  ProgressLine line_;
  const size_t total_;
  size_t ended_ = 0;
  std::vector<std::string> running_;
};

// The finding's text is rendered by the test's own process: it must look as if this one had.
[[nodiscard]] TestRunOptions OptionsOfTests(const RunOptions& options,
                                            const report::TextOptions& text) {
  TestRunOptions tests = options.tests;
  tests.passed_options.insert(tests.passed_options.end(),
                              {"--finding-text", FindingTextForm(text)});
  if (options.detail() == report::Detail::kTimeline)
    tests.passed_options.emplace_back("--timeline");
  // They are read in the directory of each test.
  const auto pass = [&tests](const char* name, const std::string& path) {
    std::error_code error;
    if (path.empty()) return;
    tests.passed_options.insert(tests.passed_options.end(),
                                {name, std::filesystem::absolute(path, error).string()});
  };
  pass("--suppressions", options.filter.suppressions_path);
  pass("--baseline", options.filter.baseline_path);
  return tests;
}

[[nodiscard]] report::CaseStatus StatusOf(TestStatus status) {
  switch (status) {
    case TestStatus::kHeld:
      return report::CaseStatus::kHeld;
    case TestStatus::kFinding:
      return report::CaseStatus::kFinding;
    case TestStatus::kRefused:
      return report::CaseStatus::kRefused;
    case TestStatus::kNotRun:
      return report::CaseStatus::kNotRun;
  }
  return report::CaseStatus::kNotRun;
}

[[nodiscard]] report::ReportView ReportFor(const std::vector<TestOutcome>& outcomes,
                                           std::string_view kind) {
  report::ReportView view;
  view.kind = kind;
  for (const TestOutcome& outcome : outcomes) {
    view.cases.push_back({.name = outcome.name,
                          .status = StatusOf(outcome.status),
                          .reason = outcome.reason,
                          .seconds = outcome.seconds,
                          .run = report::ReadRun(outcome.run)});
  }
  return view;
}

}  // namespace

int RunTestSuite(const RunOptions& options) {
  driver::InstallInterruptHandlers();
  const steady_clock::time_point start = steady_clock::now();
  const Result<TemporaryDirectory> scratch = TemporaryDirectory::Make();
  if (!scratch.ok()) return PrintError(scratch.error());
  const Result<std::vector<ListedTest>> tests = ListTests(*options.suite, scratch.value().path());
  if (!tests.ok()) return PrintError(tests.error());

  const report::TextOptions text = TerminalTextOptions();
  // With the JSON on standard output, the text goes where it does not disturb it.
  std::FILE* out = options.json_path == "-" ? stderr : stdout;
  Watched watched(tests.value().size());
  const TestRunCallbacks callbacks = {
      .begun = [&](const ListedTest& test) { watched.Begun(test.name); },
      .ended =
          [&](const TestOutcome& outcome) {
            watched.Ended(outcome.name);
            fmt::print(out, "{}{}", outcome.printed, TestLine(outcome, text.color));
            std::fflush(out);
            watched.Show();
          },
  };
  const Result<std::vector<TestOutcome>> outcomes =
      RunTests(tests.value(), OptionsOfTests(options, text), scratch.value().path(), callbacks);
  watched.Clear();
  if (!outcomes.ok()) return PrintError(outcomes.error());

  const std::chrono::duration<double> seconds = steady_clock::now() - start;
  const TestSummary summary = Summarize(outcomes.value(), seconds.count(), driver::Interrupted());
  fmt::print(out, "{}{}", TestFindingsText(outcomes.value(), text),
             TestSummaryText(outcomes.value(), summary, text));
  if (!options.json_path.empty()) {
    const driver::Status written = WriteJson(
        TestsJson(outcomes.value(), summary, KindName(options.suite->kind)), options.json_path);
    if (!written.ok()) return PrintError(written.error());
  }
  if (!options.write_baseline.empty()) {
    Baseline baseline = options.filter.baseline;
    for (const TestOutcome& outcome : outcomes.value()) {
      for (const TestFinding& finding : outcome.findings) baseline[finding.id] = finding.summary;
    }
    const driver::Status stored = StoreBaseline(baseline, options.write_baseline);
    if (!stored.ok()) return PrintError(stored.error());
  }
  const driver::Status rendered = WriteRenderings(
      ReportFor(outcomes.value(), KindName(options.suite->kind)), options.renderings);
  if (!rendered.ok()) return PrintError(rendered.error());
  return TestsExitStatus(outcomes.value());
}

}  // namespace heddle::cli
