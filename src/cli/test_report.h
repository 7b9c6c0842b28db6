// The report over the tests of a suite, as text and as JSON: a line per test while they run, the findings and a
// summary at the end.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/test_outcome.h"
#include "report/text.h"

namespace heddle::cli {

struct TestSummary {
  size_t tests = 0;
  size_t held = 0;
  size_t with_findings = 0;
  size_t refused = 0;
  size_t not_run = 0;
  uint64_t executions = 0;
  double seconds = 0;  // real time of all together
  bool interrupted = false;
};

[[nodiscard]] TestSummary Summarize(const std::vector<TestOutcome>& outcomes, double seconds,
                                    bool interrupted);

// "[  ok  ] Suite.Name  1,000 executions, 0.4 s": what is printed when a test has ended. Ends with a newline.
[[nodiscard]] std::string TestLine(const TestOutcome& outcome, bool color);

// Each finding once, with the first test that has it; the others are named under it. Empty if there is none.
[[nodiscard]] std::string TestFindingsText(const std::vector<TestOutcome>& outcomes,
                                           const report::TextOptions& options);

[[nodiscard]] std::string TestSummaryText(const std::vector<TestOutcome>& outcomes,
                                          const TestSummary& summary,
                                          const report::TextOptions& options);

// `kind` is "gtest", "catch2" or "ctest".
[[nodiscard]] nlohmann::json TestsJson(const std::vector<TestOutcome>& outcomes,
                                       const TestSummary& summary, std::string_view kind);

// 1 for a finding, else 3 if Heddle failed, else 4 if a test was not explored or not fully, else 0.
[[nodiscard]] int TestsExitStatus(const std::vector<TestOutcome>& outcomes);

}  // namespace heddle::cli
