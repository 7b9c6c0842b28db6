// What an engine asks of a node's replicas: the replica half of the gRPC service. An engine reaches each replica only through
// this, as it would one on another node; implementations are thread-safe.
#pragma once

#include <string>

#include "systems/longhorn/replica.h"
#include "systems/longhorn/status.h"
#include "systems/longhorn/types.h"

namespace longhorn {

class ReplicaService {
 public:
  virtual ~ReplicaService() = default;

  // All of them: kNotFound "cannot find replica X".
  [[nodiscard]] virtual Result<ReplicaInfo> ReplicaGet(const std::string& name) = 0;
  virtual Status ReplicaExpand(const std::string& name, uint64_t size) = 0;
  virtual Status ReplicaSnapshotCreate(const std::string& name, const SnapshotOptions& options) = 0;
  virtual Status ReplicaSnapshotDelete(const std::string& name, const std::string& snapshot) = 0;
  virtual Status ReplicaSnapshotRevert(const std::string& name, const std::string& snapshot) = 0;
  virtual Status ReplicaSnapshotPurge(const std::string& name) = 0;
  virtual Status ReplicaSnapshotHash(const std::string& name, const std::string& snapshot,
                                     bool rehash) = 0;

  virtual Result<std::string> ReplicaRebuildingSrcStart(const std::string& name,
                                                        const std::string& dst_replica,
                                                        const std::string& snapshot) = 0;
  virtual Status ReplicaRebuildingSrcFinish(const std::string& name,
                                            const std::string& dst_replica) = 0;
  virtual Result<std::string> ReplicaRebuildingDstStart(const std::string& name,
                                                        const RebuildingDstRequest& request) = 0;
  // Prepares the destination `name` and has its source copy the snapshot. False if an intact copy was kept instead.
  virtual Result<bool> ReplicaRebuildingDstShallowCopyStart(const std::string& name,
                                                            const std::string& src_replica,
                                                            const std::string& snapshot) = 0;
  virtual Result<ShallowCopyStatus> ReplicaRebuildingDstShallowCopyCheck(
      const std::string& src_replica) = 0;
  virtual Status ReplicaRebuildingDstSnapshotCreate(const std::string& name,
                                                    const std::string& snapshot) = 0;
  virtual Status ReplicaRebuildingDstFinish(const std::string& name, bool completed) = 0;

 protected:
  ReplicaService() = default;
  ReplicaService(const ReplicaService&) = default;
  ReplicaService& operator=(const ReplicaService&) = default;
};

}  // namespace longhorn
