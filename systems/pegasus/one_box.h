// A whole cluster in one process: three meta servers and three replica servers on a network in memory, which come, go and
// change their minds on command.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "systems/base/clock.h"
#include "systems/pegasus/cluster.h"
#include "systems/pegasus/memory_network.h"
#include "systems/pegasus/services.h"

namespace pegasus {

struct OneBoxOptions {
  size_t metas = 3;     // at 127.0.0.1:34601 and on; the first one leads
  size_t replicas = 3;  // at 127.0.0.1:34801 and on
  const systems::Clock* clock = &systems::Clock::System();  // of the servers
};

// Thread-safe.
class OneBox {
 public:
  explicit OneBox(OneBoxOptions options = {});
  OneBox(const OneBox&) = delete;
  OneBox& operator=(const OneBox&) = delete;

  [[nodiscard]] MemoryNetwork& network() { return network_; }
  [[nodiscard]] Cluster& cluster() { return cluster_; }
  [[nodiscard]] ReplicaService& replica(size_t i) { return *replicas_.at(i); }

  // As upstream's tests list them, by 0.0.0.0: not the text by which a follower names the leader.
  [[nodiscard]] std::vector<std::string> meta_list() const;
  // As the servers name each other.
  [[nodiscard]] std::string meta_address(size_t i) const { return metas_.at(i).ToString(); }

  // Panics unless the table could be created.
  void CreateTable(const std::string& name, int32_t partition_count);

  void ChangeLeader(size_t meta) { cluster_.SetLeader(metas_.at(meta)); }
  // The server is gone: connections break, dials are refused. The rest of the cluster notices.
  void StopReplica(size_t i);
  void StartReplica(size_t i);
  // The same for a meta server, whose followers go on believing in it until ChangeLeader.
  void StopMeta(size_t i) { network_.Shut(meta_address(i)); }
  void StartMeta(size_t i);
  // What answers there; for tests that put something before it.
  [[nodiscard]] std::shared_ptr<Service> MakeMeta(size_t i);

 private:
  const size_t replica_count_;
  Cluster cluster_;
  std::vector<RpcAddress> metas_;
  std::vector<std::shared_ptr<ReplicaService>> replicas_;
  MemoryNetwork network_;  // last: it holds the services
};

}  // namespace pegasus
