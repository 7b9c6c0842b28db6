// The races of the service: the one of the report, how it came back, and what the repairs left open. Each as small as it can
// be, but for "volumes", which is upstream's test cut down.
#pragma once

#include <span>
#include <string_view>

#include "systems/base/scenario.h"

namespace longhorn {

[[nodiscard]] std::span<const systems::Scenario> Scenarios();

// REQUIRES: there is one of that name.
[[nodiscard]] const systems::Scenario& ScenarioNamed(std::string_view name);

}  // namespace longhorn
