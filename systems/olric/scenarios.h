// The bug of the report and its siblings, as programs of a few threads.
#pragma once

#include <span>

#include "systems/base/scenario.h"

namespace olric {

[[nodiscard]] std::span<const systems::Scenario> Scenarios();

// One function for each; what they do is said in scenarios.cc.
void Reported(systems::Variant variant);
void FiveMembers(systems::Variant variant);
void SharedPushStatus(systems::Variant variant);
void UnlockedMembers(systems::Variant variant);
void LostIncrement(systems::Variant variant);
void IncrementDuringHandover(systems::Variant variant);

}  // namespace olric
