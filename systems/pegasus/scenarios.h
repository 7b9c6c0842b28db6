// The races of the meta session, sized for exploration. See systems/base/scenario.h.
#pragma once

#include <span>

#include "systems/base/scenario.h"

namespace pegasus {

[[nodiscard]] std::span<const systems::Scenario> Scenarios();

// Upstream's TestMetaSession_MustQueryLeader: two dead servers first, then three of which one leads.
void MustQueryLeader(systems::Variant variant);

// A query's caller goes away with its answer while others are still being asked; afterwards nothing may be left open.
void NothingIsLeftOpen(systems::Variant variant);

// Several tables query at the same time, over one list of servers.
void ConcurrentQueries(systems::Variant variant);

// The leader changes between and during the queries of two tables.
void LeaderChange(systems::Variant variant);

}  // namespace pegasus
