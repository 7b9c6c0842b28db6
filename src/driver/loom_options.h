// The names that people and cards use for what the loom gets as numbers: strategies, verdicts, detect flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/status.h"
#include "trace/detect.h"
#include "trace/region.h"

namespace heddle::driver {

// "random", "random:PERMILLE", "pct", "pct:D", "pos", "surw", "dfs", "dfs:K", "portfolio".
[[nodiscard]] Result<trace::StrategySpec> ParseStrategy(std::string_view text);
[[nodiscard]] std::string StrategyText(const trace::StrategySpec& strategy);

// A verdict by its name; "none" is not one.
[[nodiscard]] std::optional<trace::Verdict> ParseVerdict(std::string_view name);
[[nodiscard]] std::vector<std::string> VerdictNames();

using trace::AllVerdicts;
using trace::DetectorsFor;
using trace::Only;
using trace::VerdictSet;
// "data-race,deadlock" or "all".
[[nodiscard]] Result<VerdictSet> ParseVerdicts(std::string_view list);

// Detect flags as the words that cards use, and back.
[[nodiscard]] std::vector<std::string> DetectWords(uint32_t detect);
[[nodiscard]] std::optional<uint32_t> DetectFlagOf(std::string_view word);

}  // namespace heddle::driver
