// What the servers of a one-box cluster know together: which meta server leads, which tables there are, who serves which
// partition, and the records. Upstream this is kept in agreement by elections and replication; here it is one state under one
// lock, and the members of a partition share its records.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "systems/base/clock.h"
#include "systems/pegasus/meta_messages.h"
#include "systems/pegasus/partition_store.h"

namespace pegasus {

enum class AppStatus { kAvailable, kCreating, kDropping, kRecalling, kDropped };

// Of the leader among the meta servers.
enum class MetaStage { kActive, kNotActive, kUnderRecovery, kFreezed };

// Thread-safe.
class Cluster {
 public:
  // `clock` outlives the cluster.
  explicit Cluster(const systems::Clock& clock) : clock_(clock) {}

  // ---- Who is there ----
  void SetLeader(std::optional<RpcAddress> meta);
  [[nodiscard]] std::optional<RpcAddress> leader() const;
  void SetStage(MetaStage stage);
  // A replica server came up: partitions that lack members get it as one; those without any primary, as primary.
  void NodeUp(const RpcAddress& node);
  // It is gone: its primaries move to a secondary, with a higher ballot.
  void NodeDown(const RpcAddress& node);

  // ---- Tables ----
  // ERR_OK and the id; ERR_INVALID_PARAMETERS, ERR_STATE_FREEZED, ERR_APP_EXIST (unless that is a success, and the counts
  // are the same).
  CreateAppResponse CreateTable(const CreateAppRequest& request);
  DropAppResponse DropTable(const DropAppRequest& request);
  void SetStatus(const std::string& table, AppStatus status);
  // Makes `node` the primary of a partition, as a balancer does; what was primary becomes a secondary.
  void MovePrimary(const std::string& table, int32_t index, const RpcAddress& node);

  // ---- Splits: each partition i gets a child i + count ----
  void StartSplit(const std::string& table);   // children are announced, not ready (ballot -1)
  void BlockWrites(const std::string& table);  // the last moment of a split: ERR_SPLITTING
  void FinishSplit(const std::string& table);  // records move, children serve
  void CancelSplit(const std::string& table);  // the count goes back

  // ---- What the services ask ----
  [[nodiscard]] QueryCfgResponse Query(const RpcAddress& meta,
                                       const QueryCfgRequest& request) const;

  enum class Access { kRead, kBackupRead, kWrite };
  // Runs `operation` on the records of a partition if `node` may do so now, and says why not otherwise.
  ErrorCode OnReplica(const RpcAddress& node, const Gpid& gpid, uint64_t partition_hash,
                      Access access, const std::function<void(PartitionStore&)>& operation);

  // Records of a table, expired ones included; -1 if there is no such table.
  [[nodiscard]] int64_t RecordCount(const std::string& table) const;
  [[nodiscard]] RpcAddress PrimaryOf(const std::string& table, int32_t index) const;

 private:
  enum class SplitStage { kNone, kRunning, kWritesBlocked };
  struct Partition {
    int64_t ballot = 1;
    RpcAddress primary;
    std::vector<RpcAddress> secondaries;
    std::vector<RpcAddress> last_drops;
    std::unique_ptr<PartitionStore> records;
  };
  struct Table {
    int32_t app_id = 0;
    std::string name;
    int32_t replica_count = 0;
    AppStatus status = AppStatus::kAvailable;
    SplitStage split = SplitStage::kNone;
    std::vector<Partition> partitions;

    [[nodiscard]] int32_t partition_count() const {
      return static_cast<int32_t>(partitions.size());
    }
  };

  // All below: mutex_ is held.
  Table* Named(const std::string& name);
  const Table* Named(const std::string& name) const;
  std::unique_ptr<PartitionStore> NewStore();
  std::vector<Partition> Place(int32_t partition_count, int32_t replica_count);
  static ErrorCode CheckReplica(const Table& table, const RpcAddress& node, int32_t index,
                                uint64_t partition_hash, Access access);
  static PartitionConfiguration Describe(const Table& table, int32_t index);

  const systems::Clock& clock_;
  mutable std::mutex mutex_;
  // The rest is guarded by mutex_.
  std::optional<RpcAddress> leader_;
  MetaStage stage_ = MetaStage::kActive;
  std::set<RpcAddress> nodes_;       // replica servers that are up
  std::map<int32_t, Table> tables_;  // by app id
  int32_t last_app_id_ = 0;
  uint32_t stores_made_ = 0;
};

}  // namespace pegasus
