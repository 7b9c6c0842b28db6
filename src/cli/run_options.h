// The options of `heddle run`, from words to values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"
#include "cli/finding_filter.h"
#include "cli/renderings.h"
#include "cli/test_listing.h"
#include "cli/test_runs.h"
#include "driver/exploration.h"
#include "driver/loom_options.h"
#include "report/text.h"

namespace heddle::cli {

enum class OutputMode { kShow, kFinding, kHide };

struct RunOptions {
  driver::ExplorationOptions exploration;
  driver::VerdictSet wanted = 0;  // verdicts that are findings for this user
  std::string json_path;          // "" is none, "-" is standard output
  Renderings renderings;
  FindingFilter filter;
  std::string write_baseline;  // "" is none
  bool timeline = false;       // with all events in the JSON, although no rendering needs them
  std::string cards_directory = ".heddle";
  // For all findings together; 0: they are reported as they were found.
  std::chrono::nanoseconds shrink_time = std::chrono::seconds(2);
  std::chrono::nanoseconds observe_time = std::chrono::seconds(2);
  bool one_job_only = false;  // more were asked for, but the strategy cannot share its work
  OutputMode output = OutputMode::kFinding;
  std::vector<std::string> kept_variables;  // --env-keep
  std::vector<std::string> program;         // argv
  std::optional<TestSuite> suite;           // explore its tests, one by one
  TestRunOptions tests;                     // with a suite: how
  // Set in the run of one test of a suite: the texts of findings go into the JSON, and nothing is printed.
  std::optional<report::TextOptions> finding_text;

  [[nodiscard]] report::Detail detail() const {
    return timeline ? report::Detail::kTimeline : renderings.detail();
  }
};

// The values, or the exit status with which the command ends (help was printed, or an error).
// `environment_options` is the value of HEDDLE_OPTIONS or null.
[[nodiscard]] std::variant<RunOptions, int> ParseRunOptions(const Arguments& arguments,
                                                            const char* environment_options);

}  // namespace heddle::cli
