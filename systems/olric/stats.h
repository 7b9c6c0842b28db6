// STATS: what a node knows of itself, as JSON with upstream's names.
#pragma once

#include <string>
#include <string_view>

#include "systems/olric/context.h"

namespace olric {

// Thread-safe: may run beside everything else a node does.
[[nodiscard]] std::string StatsJson(const Context& context, const Member& coordinator,
                                    int64_t uptime_seconds);

// A string as JSON has it, quotes included.
[[nodiscard]] std::string JsonString(std::string_view text);

}  // namespace olric
