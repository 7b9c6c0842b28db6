// Everything that can be set about a node. The defaults are upstream's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "systems/olric/design.h"
#include "systems/olric/status.h"

namespace olric {

// Of one map. Zero is no limit everywhere.
struct MapConfig {
  std::chrono::milliseconds ttl{0};       // of entries that are written without one
  std::chrono::milliseconds max_idle{0};  // an entry that nobody read or wrote for so long is gone
  // Limits of a node, beyond which the least recently used of `lru_samples` entries makes room. Each owned partition has an
  // equal share of them.
  uint64_t max_keys = 0;
  uint64_t max_inuse_bytes = 0;
  uint32_t lru_samples = 5;
};

struct Config {
  std::string bind_address = "127.0.0.1:0";

  uint32_t partition_count = 271;
  double load_factor = 1.25;
  uint32_t member_count_quorum = 1;

  enum class Replication { kSync, kAsync };
  uint32_t replica_count = 1;  // copies of each entry, the owner's included
  uint32_t read_quorum = 1;
  uint32_t write_quorum = 1;
  Replication replication = Replication::kSync;
  bool read_repair = false;

  size_t table_bytes = size_t{1} << 20;  // no entry may be larger
  MapConfig maps;                        // of maps that are not in custom_maps
  std::map<std::string, MapConfig> custom_maps;

  // How often things are done by themselves; zero is never, for those who do them by hand (Node::Balance() and so on).
  std::chrono::nanoseconds routing_push_interval = std::chrono::minutes(1);
  std::chrono::nanoseconds balance_interval = std::chrono::seconds(15);
  std::chrono::nanoseconds eviction_interval = std::chrono::milliseconds(100);
  uint32_t eviction_workers = 1;

  // How long to wait; zero is without limit.
  std::chrono::nanoseconds bootstrap_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds call_timeout = std::chrono::seconds(3);  // for another node's reply
  std::chrono::nanoseconds operation_timeout = std::chrono::seconds(10);  // to find the owner
  uint32_t join_attempts_max = 10;
  std::chrono::nanoseconds join_retry_interval = std::chrono::seconds(1);

  bool cluster_events = false;  // published on the channel cluster.events

  Design design;

  [[nodiscard]] const MapConfig& OfMap(const std::string& map) const {
    const auto found = custom_maps.find(map);
    return found == custom_maps.end() ? maps : found->second;
  }
};

// Why a node with this configuration cannot start.
[[nodiscard]] Status Validate(const Config& config);

}  // namespace olric
