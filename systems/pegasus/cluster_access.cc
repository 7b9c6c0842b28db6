// What the services ask of cluster.h.
#include <algorithm>

#include "systems/pegasus/cluster.h"

namespace pegasus {
namespace {

WireError Error(ErrorCode code) { return {std::string(ErrorName(code))}; }

HostPort HostPortOf(const RpcAddress& address) {
  const std::string text = address.ToString();
  return {text.substr(0, text.find(':')), address.port, 1};
}

}  // namespace

QueryCfgResponse Cluster::Query(const RpcAddress& meta, const QueryCfgRequest& request) const {
  const std::lock_guard lock(mutex_);
  QueryCfgResponse response;
  if (leader_ != meta) {
    response.err = Error(ErrorCode::kForwardToOthers);
    if (leader_) {
      PartitionConfiguration& forward = response.partitions.emplace_back();
      forward.primary = *leader_;
      forward.hp_primary = HostPortOf(*leader_);
    }
    return response;
  }
  if (stage_ == MetaStage::kNotActive || stage_ == MetaStage::kUnderRecovery) {
    response.err = Error(stage_ == MetaStage::kNotActive ? ErrorCode::kServiceNotActive
                                                         : ErrorCode::kUnderRecovery);
    return response;
  }
  const Table* table = Named(request.app_name);
  if (table == nullptr) {
    response.err = Error(ErrorCode::kObjectNotFound);
    return response;
  }
  switch (table->status) {
    case AppStatus::kAvailable:
      break;
    case AppStatus::kCreating:
    case AppStatus::kRecalling:
      response.err = Error(ErrorCode::kBusyCreating);
      return response;
    case AppStatus::kDropping:
      response.err = Error(ErrorCode::kBusyDropping);
      return response;
    case AppStatus::kDropped:
      response.err = Error(ErrorCode::kUnknown);
      return response;
  }
  response.app_id = table->app_id;
  response.partition_count = table->partition_count();
  for (const int32_t index : request.partition_indices) {
    if (index >= 0 && index < table->partition_count()) {
      response.partitions.push_back(Describe(*table, index));
    }
  }
  if (response.partitions.empty()) {
    for (int32_t i = 0; i < table->partition_count(); ++i) {
      response.partitions.push_back(Describe(*table, i));
    }
  }
  return response;
}

PartitionConfiguration Cluster::Describe(const Table& table, int32_t index) {
  const Partition& partition = table.partitions[static_cast<size_t>(index)];
  PartitionConfiguration configuration;
  configuration.pid = {table.app_id, index};
  configuration.ballot = partition.ballot;
  configuration.max_replica_count = table.replica_count;
  configuration.primary = partition.primary;
  configuration.secondaries = partition.secondaries;
  configuration.last_drops = partition.last_drops;
  if (partition.primary.valid()) configuration.hp_primary = HostPortOf(partition.primary);
  return configuration;
}

ErrorCode Cluster::OnReplica(const RpcAddress& node, const Gpid& gpid, uint64_t partition_hash,
                             Access access, const std::function<void(PartitionStore&)>& operation) {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find(gpid.app_id);
  if (found == tables_.end()) return ErrorCode::kObjectNotFound;
  Table& table = found->second;
  const int32_t index = gpid.partition_index;
  if (index < 0 || index >= table.partition_count()) return ErrorCode::kObjectNotFound;
  const ErrorCode error = CheckReplica(table, node, index, partition_hash, access);
  if (error == ErrorCode::kOk) operation(*table.partitions[static_cast<size_t>(index)].records);
  return error;
}

// In the order in which a replica checks.
ErrorCode Cluster::CheckReplica(const Table& table, const RpcAddress& node, int32_t index,
                                uint64_t partition_hash, Access access) {
  const Partition& partition = table.partitions[static_cast<size_t>(index)];
  const bool secondary = std::find(partition.secondaries.begin(), partition.secondaries.end(),
                                   node) != partition.secondaries.end();
  if (partition.primary != node && !secondary) return ErrorCode::kObjectNotFound;
  if (table.split == SplitStage::kWritesBlocked && access == Access::kWrite) {
    return ErrorCode::kSplitting;
  }
  const auto serving = static_cast<uint64_t>(
      table.split == SplitStage::kNone ? table.partition_count() : table.partition_count() / 2);
  if (partition_hash % serving != static_cast<uint64_t>(index)) {
    return ErrorCode::kParentPartitionMisused;
  }
  if (partition.primary != node && access != Access::kBackupRead) return ErrorCode::kInvalidState;
  if (access != Access::kWrite) return ErrorCode::kOk;
  const int32_t members = static_cast<int32_t>(partition.secondaries.size()) + 1;
  const int32_t enough = table.replica_count <= 2 ? 1 : table.replica_count / 2 + 1;
  return members < enough ? ErrorCode::kNotEnoughMember : ErrorCode::kOk;
}

int64_t Cluster::RecordCount(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const Table* table = Named(name);
  if (table == nullptr) return -1;
  int64_t count = 0;
  for (const Partition& each : table->partitions) {
    if (each.records != nullptr) count += static_cast<int64_t>(each.records->record_count());
  }
  return count;
}

RpcAddress Cluster::PrimaryOf(const std::string& table, int32_t index) const {
  const std::lock_guard lock(mutex_);
  return Named(table)->partitions.at(static_cast<size_t>(index)).primary;
}

}  // namespace pegasus
