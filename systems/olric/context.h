// What the parts of one node know of each other.
#pragma once

#include "systems/base/clock.h"
#include "systems/olric/config.h"
#include "systems/olric/counters.h"
#include "systems/olric/discovery.h"
#include "systems/olric/fragment.h"
#include "systems/olric/members.h"
#include "systems/olric/peers.h"
#include "systems/olric/routing_table.h"

namespace olric {

// All of it is thread-safe and lives as long as the node's services.
struct Context {
  const Config& config;
  const systems::Clock& clock;
  Discovery& discovery;
  const Peers& peers;
  RoutingTable& table;
  Partitions& data;
  Members& members;
  Counters& counters;
};

}  // namespace olric
