// The races of the meta session, sized for exploration. See systems/base/scenario.h.
#pragma once

#include <span>

#include "systems/base/scenario.h"

namespace pegasus {

[[nodiscard]] std::span<const systems::Scenario> Scenarios();

// Upstream's TestMetaSession_MustQueryLeader: two dead servers first, then three of which one leads.
void MustQueryLeader(systems::Variant variant);

// The leader answers late, just when a follower is asked: the caller has its answer while the follower's thread is told of a
// leader that is not in the list. Of all races this has only the one between that thread and the caller; and if
// that thread comes last, its session is in no list, and nobody closes it.
void LateLeader(systems::Variant variant);

// Several tables query at the same time, over one list of servers.
void ConcurrentQueries(systems::Variant variant);

// The leader changes between and during the queries of two tables.
void LeaderChange(systems::Variant variant);

}  // namespace pegasus
