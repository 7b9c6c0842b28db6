// How far a systematic search came, in one sentence: "complete: 70 executions (every schedule)".
#pragma once

#include <string>

#include "driver/exploration.h"

namespace heddle::cli {

// REQUIRES: result.search or result.reduction has a value.
[[nodiscard]] std::string SearchWords(const driver::ExplorationResult& result);

}  // namespace heddle::cli
