// How much of the program's schedules an exploration covered, from the driver's result to the report's view.
#pragma once

#include <optional>

#include "driver/exploration.h"
#include "report/model.h"

namespace heddle::cli {

// Nothing where nothing was counted: the program explores by itself, or no execution came to its end.
[[nodiscard]] std::optional<report::CoverageView> CoverageOf(
    const driver::ExplorationOptions& options, const driver::ExplorationResult& result);

}  // namespace heddle::cli
