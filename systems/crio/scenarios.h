// The races of the event stream, told as what clients, containers and the operator of the machine do. See README.md.
#pragma once

#include <span>

#include "systems/base/scenario.h"

namespace crio {

[[nodiscard]] std::span<const systems::Scenario> Scenarios();

}  // namespace crio
