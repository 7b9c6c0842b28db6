// The names that people and cards use for what the loom gets as numbers: strategies, verdicts, detect flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/status.h"
#include "trace/region.h"

namespace heddle::driver {

// "random", "random:PERMILLE", "pct", "pct:D", "pos", "portfolio", "dfs", "dfs:K" (at most K preemptions).
[[nodiscard]] Result<trace::StrategySpec> ParseStrategy(std::string_view text);
[[nodiscard]] std::string StrategyText(const trace::StrategySpec& strategy);

// A verdict by its name; "none" is not one.
[[nodiscard]] std::optional<trace::Verdict> ParseVerdict(std::string_view name);
[[nodiscard]] std::vector<std::string> VerdictNames();

// A set of verdicts has bit 1 << verdict for each.
using VerdictSet = uint32_t;
[[nodiscard]] constexpr VerdictSet Only(trace::Verdict verdict) {
  return 1u << static_cast<uint32_t>(verdict);
}
[[nodiscard]] VerdictSet AllVerdicts();
// "data-race,deadlock" or "all".
[[nodiscard]] Result<VerdictSet> ParseVerdicts(std::string_view list);

// The detectors that the wanted verdicts need. Allow flags are not touched by it.
[[nodiscard]] uint32_t DetectorsFor(VerdictSet wanted);

// Detect flags as the words that cards use, and back.
[[nodiscard]] std::vector<std::string> DetectWords(uint32_t detect);
[[nodiscard]] std::optional<uint32_t> DetectFlagOf(std::string_view word);

}  // namespace heddle::driver
