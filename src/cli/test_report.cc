#include "cli/test_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "driver/status.h"
#include "report/coverage.h"
#include "report/json.h"
#include "report/json_read.h"
#include "report/sentences.h"
#include "report/text_writer.h"

namespace heddle::cli {
namespace {

using nlohmann::json;
using report::Count;
using report::Grouped;
using report::Harmless;

struct Tag {
  std::string_view word;
  std::string_view color;
};

[[nodiscard]] Tag TagOf(TestStatus status) {
  switch (status) {
    case TestStatus::kHeld:
      return {"[  ok  ]", "\033[32m"};
    case TestStatus::kFinding:
      return {"[ FAIL ]", "\033[31m"};
    case TestStatus::kRefused:
      return {"[refuse]", "\033[33m"};
    case TestStatus::kNotRun:
      return {"[not run]", "\033[33m"};
  }
  return {"[not run]", ""};
}

[[nodiscard]] std::string Executions(uint64_t count) {
  return Grouped(count) + (count == 1 ? " execution" : " executions");
}

[[nodiscard]] std::string Tests(size_t count) { return Count(count, "test"); }

[[nodiscard]] std::string Rule(const report::TextOptions& options) {
  return std::string(std::clamp<size_t>(options.width, 20, 100), '-') + "\n";
}

// The same finding in several tests: one bug in what they share.
struct Shared {
  const TestFinding* finding;
  std::vector<std::pair<const TestOutcome*, const TestFinding*>> tests;
};

[[nodiscard]] std::vector<Shared> ById(const std::vector<TestOutcome>& outcomes) {
  std::vector<Shared> shared;
  for (const TestOutcome& outcome : outcomes) {
    for (const TestFinding& finding : outcome.findings) {
      auto same = std::find_if(shared.begin(), shared.end(), [&finding](const Shared& other) {
        return other.finding->id == finding.id;
      });
      if (same == shared.end()) same = shared.insert(shared.end(), Shared{&finding, {}});
      same->tests.emplace_back(&outcome, &finding);
    }
  }
  return shared;
}

[[nodiscard]] std::string ReplayOf(const TestFinding& finding) {
  return finding.card.empty() ? "no card was written" : "heddle replay " + Harmless(finding.card);
}

// What a person must know who reads "held": in which tests less was looked at than in others.
void AddLimits(const std::vector<TestOutcome>& outcomes, report::TextWriter* out) {
  size_t uninstrumented = 0;
  size_t single = 0;
  std::map<std::string, size_t> uncontrolled;  // how many tests met it
  for (const TestOutcome& outcome : outcomes) {
    if (!outcome.run.is_object()) continue;
    if (!outcome.run.value("instrumented", true)) ++uninstrumented;
    if (outcome.executions > 0 && outcome.run.value("decisions", uint64_t{1}) == 0) ++single;
    for (const json& entry : outcome.run.value("uncontrolled", json::array()))
      ++uncontrolled[entry.value("name", "")];
  }
  if (uninstrumented > 0)
    out->Line("  not covered     no race detection in " + Tests(uninstrumented) +
              ": not instrumented");
  for (const auto& [name, count] : uncontrolled)
    out->Line("  not controlled  " + Harmless(name) + ", in " + Tests(count));
  if (single > 0)
    out->Line("  note            " + Tests(single) +
              " made no decision: there is one schedule of a single thread");
}

// ", about 3.1% unseen", where that is known.
[[nodiscard]] std::string CoverageOf(const TestOutcome& outcome) {
  if (!outcome.run.is_object() || !outcome.run.contains("coverage")) return "";
  const std::optional<report::CoverageView> view = report::ReadCoverage(outcome.run["coverage"]);
  const std::string words = view.has_value() ? report::CoverageInShort(*view) : "";
  return words.empty() ? "" : ", " + words;
}

// Findings that did not count, over all tests.
[[nodiscard]] uint64_t SuppressedIn(const std::vector<TestOutcome>& outcomes) {
  uint64_t count = 0;
  for (const TestOutcome& outcome : outcomes) {
    for (const report::SuppressedView& entry : report::ReadRun(outcome.run).suppressed)
      count += entry.findings;
  }
  return count;
}

}  // namespace

TestSummary Summarize(const std::vector<TestOutcome>& outcomes, double seconds, bool interrupted) {
  TestSummary summary;
  summary.tests = outcomes.size();
  summary.seconds = seconds;
  summary.interrupted = interrupted;
  for (const TestOutcome& outcome : outcomes) {
    summary.executions += outcome.executions;
    switch (outcome.status) {
      case TestStatus::kHeld:
        ++summary.held;
        break;
      case TestStatus::kFinding:
        ++summary.with_findings;
        break;
      case TestStatus::kRefused:
        ++summary.refused;
        break;
      case TestStatus::kNotRun:
        ++summary.not_run;
        break;
    }
  }
  return summary;
}

std::string TestLine(const TestOutcome& outcome, bool color) {
  const Tag tag = TagOf(outcome.status);
  std::string line =
      color ? fmt::format("{}{}\033[0m ", tag.color, tag.word) : fmt::format("{} ", tag.word);
  line += Harmless(outcome.name);
  switch (outcome.status) {
    case TestStatus::kHeld:
      line += fmt::format("  {}, {:.1f} s{}", Executions(outcome.executions), outcome.seconds,
                          CoverageOf(outcome));
      break;
    case TestStatus::kFinding:
      line += fmt::format("  {}: {}", outcome.findings.front().verdict,
                          Harmless(outcome.findings.front().summary));
      if (outcome.findings.size() > 1)
        line += fmt::format(", and {} more", outcome.findings.size() - 1);
      break;
    case TestStatus::kRefused:
      line += "  " + Harmless(outcome.reason);
      break;
    case TestStatus::kNotRun:
      break;
  }
  return line + "\n";
}

std::string TestFindingsText(const std::vector<TestOutcome>& outcomes,
                             const report::TextOptions& options) {
  std::string text;
  for (const Shared& shared : ById(outcomes)) {
    report::TextWriter out(options);
    out.Heading("in test " + Harmless(shared.tests.front().first->name));
    text += Rule(options) + out.Take() + shared.finding->text;
    for (size_t i = 1; i < shared.tests.size(); ++i) {
      text += fmt::format("also in {}: {}\n", Harmless(shared.tests[i].first->name),
                          ReplayOf(*shared.tests[i].second));
    }
  }
  return text;
}

std::string TestSummaryText(const std::vector<TestOutcome>& outcomes, const TestSummary& summary,
                            const report::TextOptions& options) {
  std::string text = Rule(options);
  report::TextWriter out(options);
  out.Heading("summary");
  for (const TestOutcome& outcome : outcomes) {
    for (const TestFinding& finding : outcome.findings)
      out.Line(fmt::format("  {}  {}", Harmless(outcome.name), ReplayOf(finding)));
  }
  AddLimits(outcomes, &out);
  if (const uint64_t suppressed = SuppressedIn(outcomes); suppressed > 0)
    out.Line(fmt::format("  suppressed      {}", report::Count(suppressed, "finding")));
  std::string line = fmt::format("{}: {} held, {} with findings, {} refused", Tests(summary.tests),
                                 summary.held, summary.with_findings, summary.refused);
  if (summary.not_run > 0) line += fmt::format(", {} not run", summary.not_run);
  line += fmt::format("; {} in {:.1f} s", Executions(summary.executions), summary.seconds);
  if (summary.interrupted) line += "; interrupted";
  out.Line(line);
  return text + out.Take();
}

json TestsJson(const std::vector<TestOutcome>& outcomes, const TestSummary& summary,
               std::string_view kind) {
  json tests = json::array();
  for (const TestOutcome& outcome : outcomes) {
    tests.push_back({{"name", outcome.name},
                     {"status", TestStatusName(outcome.status)},
                     {"reason", outcome.reason},
                     {"run", outcome.run}});
  }
  return {{"version", report::kReportVersion},
          {"kind", kind},
          {"tests", std::move(tests)},
          {"held", summary.held},
          {"with_findings", summary.with_findings},
          {"refused", summary.refused},
          {"not_run", summary.not_run},
          {"executions", summary.executions},
          {"seconds", summary.seconds},
          {"interrupted", summary.interrupted}};
}

int TestsExitStatus(const std::vector<TestOutcome>& outcomes) {
  int status = driver::kExitClean;
  for (const TestOutcome& outcome : outcomes) {
    if (outcome.status == TestStatus::kFinding) return driver::kExitFinding;
    if (outcome.status == TestStatus::kHeld || status == driver::kExitBug) continue;
    status = outcome.exit_status == driver::kExitBug ? driver::kExitBug : driver::kExitUnsupported;
  }
  return status;
}

}  // namespace heddle::cli
