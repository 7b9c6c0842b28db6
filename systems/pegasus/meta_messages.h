// What is said to and by a meta server. Field numbers and names are the upstream interface's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "systems/pegasus/types.h"

namespace pegasus {

inline constexpr char kRpcQueryConfig[] = "RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX";
inline constexpr char kRpcCreateApp[] = "RPC_CM_CREATE_APP";
inline constexpr char kRpcDropApp[] = "RPC_CM_DROP_APP";

struct QueryCfgRequest {
  std::string app_name;
  std::vector<int32_t> partition_indices;  // empty means all

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.app_name);
    visit(2, self.partition_indices);
  }
};

struct PartitionConfiguration {
  Gpid pid;
  int64_t ballot = 0;  // negative: the child of a split that is not ready yet
  int32_t max_replica_count = 0;
  RpcAddress primary;
  std::vector<RpcAddress> secondaries;
  std::vector<RpcAddress> last_drops;
  int64_t last_committed_decree = 0;
  int32_t partition_flags = 0;
  std::optional<HostPort> hp_primary;
  std::optional<std::vector<HostPort>> hp_secondaries;
  std::optional<std::vector<HostPort>> hp_last_drops;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.pid);
    visit(2, self.ballot);
    visit(3, self.max_replica_count);
    visit(4, self.primary);
    visit(5, self.secondaries);
    visit(6, self.last_drops);
    visit(7, self.last_committed_decree);
    visit(8, self.partition_flags);
    visit(9, self.hp_primary);
    visit(10, self.hp_secondaries);
    visit(11, self.hp_last_drops);
  }
};

struct QueryCfgResponse {
  WireError err;
  int32_t app_id = 0;
  int32_t partition_count = 0;
  bool is_stateful = true;
  std::vector<PartitionConfiguration> partitions;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.err);
    visit(2, self.app_id);
    visit(3, self.partition_count);
    visit(4, self.is_stateful);
    visit(5, self.partitions);
  }
};

struct CreateAppOptions {
  int32_t partition_count = 0;
  int32_t replica_count = 0;
  bool success_if_exist = false;
  std::string app_type;
  bool is_stateful = true;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.partition_count);
    visit(2, self.replica_count);
    visit(3, self.success_if_exist);
    visit(4, self.app_type);
    visit(5, self.is_stateful);
  }
};

struct CreateAppRequest {
  std::string app_name;
  CreateAppOptions options;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.app_name);
    visit(2, self.options);
  }
};

struct CreateAppResponse {
  WireError err;
  int32_t app_id = 0;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.err);
    visit(2, self.app_id);
  }
};

struct DropAppOptions {
  bool success_if_not_exist = false;
  std::optional<int64_t> reserve_seconds;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.success_if_not_exist);
    visit(2, self.reserve_seconds);
  }
};

struct DropAppRequest {
  std::string app_name;
  DropAppOptions options;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.app_name);
    visit(2, self.options);
  }
};

struct DropAppResponse {
  WireError err;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.err);
  }
};

}  // namespace pegasus
