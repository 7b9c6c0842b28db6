// See cluster.h: members, tables and splits. What the services ask is in cluster_access.cc.
#include "systems/pegasus/cluster.h"

#include <algorithm>

#include "systems/base/panic.h"

namespace pegasus {
namespace {

WireError Error(ErrorCode code) { return {std::string(ErrorName(code))}; }

}  // namespace

void Cluster::SetLeader(std::optional<RpcAddress> meta) {
  const std::lock_guard lock(mutex_);
  leader_ = meta;
}

std::optional<RpcAddress> Cluster::leader() const {
  const std::lock_guard lock(mutex_);
  return leader_;
}

void Cluster::SetStage(MetaStage stage) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
}

void Cluster::NodeUp(const RpcAddress& node) {
  const std::lock_guard lock(mutex_);
  if (!nodes_.insert(node).second) return;
  for (auto& [id, table] : tables_) {
    for (Partition& each : table.partitions) {
      if (each.ballot < 0) continue;
      std::erase(each.last_drops, node);
      if (!each.primary.valid()) {
        each.primary = node;
        ++each.ballot;
      } else if (static_cast<int32_t>(each.secondaries.size()) + 1 < table.replica_count) {
        each.secondaries.push_back(node);
        ++each.ballot;
      }
    }
  }
}

void Cluster::NodeDown(const RpcAddress& node) {
  const std::lock_guard lock(mutex_);
  if (nodes_.erase(node) == 0) return;
  for (auto& [id, table] : tables_) {
    for (Partition& each : table.partitions) {
      const bool was_secondary = std::erase(each.secondaries, node) > 0;
      if (each.primary != node && !was_secondary) continue;
      ++each.ballot;
      each.last_drops.push_back(node);
      if (each.primary != node) continue;
      each.primary = {};
      if (each.secondaries.empty()) continue;
      each.primary = each.secondaries.front();
      each.secondaries.erase(each.secondaries.begin());
    }
  }
}

CreateAppResponse Cluster::CreateTable(const CreateAppRequest& request) {
  const std::lock_guard lock(mutex_);
  const CreateAppOptions& options = request.options;
  if (options.partition_count <= 0 || options.replica_count <= 0) {
    return {Error(ErrorCode::kInvalidParameters), 0};
  }
  if (stage_ == MetaStage::kFreezed) return {Error(ErrorCode::kStateFreezed), 0};
  if (const Table* table = Named(request.app_name); table != nullptr) {
    const bool same = table->partition_count() == options.partition_count &&
                      table->replica_count == options.replica_count;
    if (options.success_if_exist && same) return {Error(ErrorCode::kOk), table->app_id};
    return {Error(ErrorCode::kAppExist), 0};
  }
  Table table;
  table.app_id = ++last_app_id_;
  table.name = request.app_name;
  table.replica_count = options.replica_count;
  table.partitions = Place(options.partition_count, options.replica_count);
  tables_.emplace(last_app_id_, std::move(table));
  return {Error(ErrorCode::kOk), last_app_id_};
}

DropAppResponse Cluster::DropTable(const DropAppRequest& request) {
  const std::lock_guard lock(mutex_);
  const Table* table = Named(request.app_name);
  if (table != nullptr) {
    tables_.erase(table->app_id);
  } else if (!request.options.success_if_not_exist) {
    return {Error(ErrorCode::kAppNotExist)};
  }
  return {Error(ErrorCode::kOk)};
}

void Cluster::SetStatus(const std::string& table, AppStatus status) {
  const std::lock_guard lock(mutex_);
  Named(table)->status = status;
}

void Cluster::MovePrimary(const std::string& table, int32_t index, const RpcAddress& node) {
  const std::lock_guard lock(mutex_);
  Partition& partition = Named(table)->partitions.at(static_cast<size_t>(index));
  if (partition.primary == node) return;
  std::erase(partition.secondaries, node);
  partition.secondaries.push_back(partition.primary);
  partition.primary = node;
  ++partition.ballot;
}

void Cluster::StartSplit(const std::string& table_name) {
  const std::lock_guard lock(mutex_);
  Table& table = *Named(table_name);
  systems::Ensure(table.split == SplitStage::kNone, "the table is being split already");
  table.split = SplitStage::kRunning;
  for (size_t count = table.partitions.size(), i = 0; i < count; ++i) {
    table.partitions.emplace_back().ballot = -1;
  }
}

void Cluster::BlockWrites(const std::string& table) {
  const std::lock_guard lock(mutex_);
  Named(table)->split = SplitStage::kWritesBlocked;
}

void Cluster::FinishSplit(const std::string& table_name) {
  const std::lock_guard lock(mutex_);
  Table& table = *Named(table_name);
  systems::Ensure(table.split != SplitStage::kNone, "the table is not being split");
  table.split = SplitStage::kNone;
  const size_t count = table.partitions.size();
  for (size_t i = 0; i < count / 2; ++i) {
    Partition& parent = table.partitions[i];
    Partition& child = table.partitions[i + count / 2];
    child.ballot = ++parent.ballot;
    child.primary = parent.primary;
    child.secondaries = parent.secondaries;
    child.records = NewStore();
    parent.records->MoveTo(*child.records, [&](std::string_view key) {
      const auto [hash_key, sort_key] = *SplitStorageKey(key);
      return PartitionHash(hash_key, sort_key) % count != i;
    });
  }
}

void Cluster::CancelSplit(const std::string& table_name) {
  const std::lock_guard lock(mutex_);
  Table& table = *Named(table_name);
  systems::Ensure(table.split != SplitStage::kNone, "the table is not being split");
  table.split = SplitStage::kNone;
  table.partitions.resize(table.partitions.size() / 2);
}

Cluster::Table* Cluster::Named(const std::string& name) {
  return const_cast<Table*>(std::as_const(*this).Named(name));
}

const Cluster::Table* Cluster::Named(const std::string& name) const {
  const auto found = std::find_if(tables_.begin(), tables_.end(),
                                  [&](const auto& each) { return each.second.name == name; });
  return found == tables_.end() ? nullptr : &found->second;
}

std::unique_ptr<PartitionStore> Cluster::NewStore() {
  return std::make_unique<PartitionStore>(clock_, ++stores_made_);
}

std::vector<Cluster::Partition> Cluster::Place(int32_t partition_count, int32_t replica_count) {
  const std::vector<RpcAddress> nodes(nodes_.begin(), nodes_.end());
  std::vector<Partition> partitions(static_cast<size_t>(partition_count));
  for (size_t i = 0; i < partitions.size(); ++i) {
    Partition& each = partitions[i];
    each.records = NewStore();
    const size_t members = std::min(nodes.size(), static_cast<size_t>(replica_count));
    if (members > 0) each.primary = nodes[i % nodes.size()];
    for (size_t k = 1; k < members; ++k) each.secondaries.push_back(nodes[(i + k) % nodes.size()]);
  }
  return partitions;
}

}  // namespace pegasus
