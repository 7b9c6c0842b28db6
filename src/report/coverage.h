// How much of the schedules was covered, in words and as JSON (docs/formats.md, `coverage`).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/model.h"

namespace heddle::report {

// What was seen; what that says of the rest; and why the run ended, if it was to end by this.
[[nodiscard]] std::vector<std::string> CoverageLines(const CoverageView& view);

// "3.1% unseen", "every order seen"; "" where there is nothing to say. For lines that say other things too.
[[nodiscard]] std::string CoverageInShort(const CoverageView& view);

// An object, or null for no view.
[[nodiscard]] nlohmann::json CoverageJson(const std::optional<CoverageView>& view);
[[nodiscard]] std::optional<CoverageView> ReadCoverage(const nlohmann::json& object);

}  // namespace heddle::report
