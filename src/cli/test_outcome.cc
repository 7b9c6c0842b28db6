#include "cli/test_outcome.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

#include "driver/status.h"

namespace heddle::cli {
namespace {

using nlohmann::json;

[[nodiscard]] std::string Text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Takes the texts, which are for people, out of the object, which is for programs.
[[nodiscard]] std::vector<TestFinding> TakeFindings(json& run) {
  std::vector<TestFinding> findings;
  const auto list = run.find("findings");
  if (list == run.end() || !list->is_array()) return findings;
  for (json& entry : *list) {
    findings.push_back({Text(entry, "id"), Text(entry, "verdict"), Text(entry, "summary"),
                        Text(entry, "card"), Text(entry, "text")});
    entry.erase("text");
  }
  return findings;
}

// The error among what was said, in one line, without the notes.
[[nodiscard]] std::string ErrorIn(std::string_view errors) {
  constexpr std::string_view kError = "heddle: ";
  constexpr std::string_view kNote = "heddle: note: ";
  constexpr std::string_view kRemedy = "        ";
  std::string reason;
  while (!errors.empty()) {
    const size_t end = std::min(errors.find('\n'), errors.size());
    const std::string_view line = errors.substr(0, end);
    errors.remove_prefix(std::min(end + 1, errors.size()));
    if (line.empty() || line.starts_with(kNote)) continue;
    if (line.starts_with(kRemedy)) {
      reason += fmt::format(" ({})", line.substr(kRemedy.size()));
    } else {
      if (!reason.empty()) reason += "; ";
      reason += line.starts_with(kError) ? line.substr(kError.size()) : line;
    }
  }
  return reason;
}

[[nodiscard]] std::string ReasonOf(int wait_status, const json& run, std::string_view errors) {
  if (std::string reason = ErrorIn(errors); !reason.empty()) return reason;
  if (run.is_object() && run.contains("notes") && run["notes"].is_array()) {
    for (const json& note : run["notes"]) {
      // Explored, but not all of it.
      if (note.is_string() && note.get<std::string>().find("cut short") != std::string::npos)
        return note.get<std::string>();
    }
  }
  if (WIFSIGNALED(wait_status))
    return fmt::format("Heddle was ended by signal {}", WTERMSIG(wait_status));
  return fmt::format("nothing of it was explored (status {})", WEXITSTATUS(wait_status));
}

}  // namespace

std::string_view TestStatusName(TestStatus status) {
  switch (status) {
    case TestStatus::kHeld:
      return "held";
    case TestStatus::kFinding:
      return "finding";
    case TestStatus::kRefused:
      return "refused";
    case TestStatus::kNotRun:
      return "not-run";
  }
  return "not-run";
}

TestOutcome ReadOutcome(const std::string& name, int wait_status, std::string_view report,
                        std::string_view errors, bool interrupted) {
  TestOutcome outcome;
  outcome.name = name;
  if (WIFEXITED(wait_status)) outcome.exit_status = WEXITSTATUS(wait_status);
  json run = json::parse(report, nullptr, false);
  if (run.is_object()) {
    outcome.findings = TakeFindings(run);
    if (run.contains("executions") && run["executions"].is_number_unsigned())
      outcome.executions = run["executions"].get<uint64_t>();
    if (run.contains("seconds") && run["seconds"].is_number())
      outcome.seconds = run["seconds"].get<double>();
    outcome.run = std::move(run);
  }
  if (!outcome.findings.empty()) {
    outcome.status = TestStatus::kFinding;
  } else if (outcome.exit_status == driver::kExitClean && outcome.run.is_object()) {
    outcome.status = TestStatus::kHeld;
  } else if (interrupted && outcome.executions == 0) {
    outcome.status = TestStatus::kNotRun;
  } else {
    outcome.status = TestStatus::kRefused;
    outcome.reason = ReasonOf(wait_status, outcome.run, errors);
  }
  return outcome;
}

}  // namespace heddle::cli
