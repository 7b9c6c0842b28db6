// Which findings do not count: those of a suppressions file, and those that a baseline knows. What they keep from counting
// is counted, so that nothing is green in silence.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "driver/status.h"
#include "report/model.h"
#include "report/suppressions.h"

namespace heddle::cli {

// Findings that are known, by id, with their summaries. docs/formats.md describes the file.
using Baseline = std::map<std::string, std::string>;

[[nodiscard]] driver::Result<Baseline> LoadBaseline(const std::string& path);
[[nodiscard]] driver::Status StoreBaseline(const Baseline& baseline, const std::string& path);

struct FindingFilter {
  std::string suppressions_path;  // "" is none
  std::string baseline_path;
  report::Suppressions suppressions;
  Baseline baseline;

  [[nodiscard]] bool active() const { return !suppressions.rules.empty() || !baseline.empty(); }
  // What keeps the finding from counting: a line of the file, or "baseline"; "" if nothing does.
  [[nodiscard]] std::string RuleFor(const report::FindingView& finding) const;
};

// Reads the files that the paths name.
[[nodiscard]] driver::Status LoadFilter(FindingFilter& filter);

// The filter that HEDDLE_OPTIONS asks for, for explorations in a test (heddle::Explore); its other options are for `heddle
// run`. `options` may be null.
[[nodiscard]] driver::Result<FindingFilter> FilterOfEnvironment(const char* options);

// Takes what does not count out of the run's findings and counts it by rule.
void CountSuppressed(const report::FindingView& finding, const std::string& rule,
                     report::RunView& run);

}  // namespace heddle::cli
