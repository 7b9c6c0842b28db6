#include "cli/test_command.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <vector>

#include "cli/console.h"
#include "cli/finding_text.h"
#include "cli/json_file.h"
#include "cli/temporary_directory.h"
#include "cli/test_report.h"
#include "cli/test_runs.h"
#include "driver/interrupt.h"

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

// The finding's text is rendered by the test's own process: it must look as if this one had.
[[nodiscard]] TestRunOptions OptionsOfTests(const RunOptions& options,
                                            const report::TextOptions& text) {
  TestRunOptions tests = options.tests;
  tests.passed_options.insert(tests.passed_options.end(),
                              {"--finding-text", FindingTextForm(text)});
  return tests;
}

}  // namespace

int RunTestSuite(const RunOptions& options) {
  driver::InstallInterruptHandlers();
  const steady_clock::time_point start = steady_clock::now();
  const Result<TemporaryDirectory> scratch = TemporaryDirectory::Make();
  if (!scratch.ok()) return PrintError(scratch.error());
  const Result<std::vector<ListedTest>> tests =
      ListTests(*options.suite, scratch.value().path());
  if (!tests.ok()) return PrintError(tests.error());

  const report::TextOptions text = TerminalTextOptions();
  // With the JSON on standard output, the text goes where it does not disturb it.
  std::FILE* out = options.json_path == "-" ? stderr : stdout;
  ProgressLine progress;
  size_t ended = 0;
  const TestRunCallbacks callbacks = {
      .begun =
          [&](const ListedTest& test) {
            progress.Show(fmt::format("heddle: {} of {} tests, now {}", ended,
                                      tests.value().size(), Printable(test.name)));
          },
      .ended =
          [&](const TestOutcome& outcome) {
            ++ended;
            progress.Clear();
            if (!outcome.printed.empty()) fmt::print(out, "{}", outcome.printed);
            fmt::print(out, "{}", TestLine(outcome, text.color));
            std::fflush(out);
          },
  };
  const Result<std::vector<TestOutcome>> outcomes = RunTests(
      tests.value(), OptionsOfTests(options, text), scratch.value().path(), callbacks);
  progress.Clear();
  if (!outcomes.ok()) return PrintError(outcomes.error());

  const std::chrono::duration<double> seconds = steady_clock::now() - start;
  const TestSummary summary = Summarize(outcomes.value(), seconds.count(), driver::Interrupted());
  fmt::print(out, "{}{}", TestFindingsText(outcomes.value(), text),
             TestSummaryText(outcomes.value(), summary, text));
  if (!options.json_path.empty()) {
    const driver::Status written =
        WriteJson(TestsJson(outcomes.value(), summary, KindName(options.suite->kind)),
                  options.json_path);
    if (!written.ok()) return PrintError(written.error());
  }
  return TestsExitStatus(outcomes.value());
}

}  // namespace heddle::cli
