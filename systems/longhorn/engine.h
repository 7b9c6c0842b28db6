// One engine: the RAID1 of a volume over its replicas, the device that its user reads and writes, and the mode of each
// replica. Like a Replica it is plain sequential code that belongs to whoever holds it in its directory; only its device is
// used by others at the same time.
//
// Modes: a replica begins RW, or WO while it is rebuilt; WO becomes RW when the rebuild is complete and nothing has gone wrong
// meanwhile; every mode becomes ERR when the replica fails, and ERR never becomes anything: the replica has to be removed and
// added again. Without an RW replica the engine is in error.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "systems/longhorn/node.h"
#include "systems/longhorn/replica_service.h"
#include "systems/longhorn/types.h"
#include "systems/longhorn/volume_device.h"

namespace longhorn {

inline constexpr char kFrontendNone[] = "";
inline constexpr char kFrontendNvmf[] = "spdk-tcp-nvmf";
inline constexpr char kFrontendBlockdev[] = "spdk-tcp-blockdev";

// What is left to do of a rebuild when the destination has become part of the RAID.
struct RebuildJob {
  std::string engine;
  std::string src_replica;
  std::string dst_replica;
  std::string rebuild_snapshot;        // the system snapshot on which the destination stands
  std::vector<std::string> snapshots;  // to copy, in this order
};

class Engine {
 public:
  using Info = EngineInfo;

  struct Spec {
    std::string name;
    std::string volume_name;
    uint64_t spec_size = 0;
    std::map<std::string, std::string> replica_address_map;
    std::string frontend;
    int snapshot_max_count = 0;
    bool salvage_requested = false;  // take only the replicas whose heads hold the most
    // A rebuild that ends after its destination was given up makes it RW all the same. Upstream was so once.
    bool finish_ignores_mode = false;
  };

  Engine(const Node& node, ReplicaService& replicas, Spec spec);

  [[nodiscard]] const std::string& name() const { return spec_.name; }
  [[nodiscard]] Info Describe() const;
  [[nodiscard]] bool IsBusy() const { return false; }
  void Forget() {}

  // From pending to running: connects each replica (one that fails is ERR), makes the RAID, exposes it if there is a
  // frontend. kAlreadyExists if it runs. A failure within leaves state error.
  Status Create(int port_count);
  // Takes all of it down. The replicas stay.
  Status Delete();

  // The periodic look: a replica whose connection or RAID membership is not as believed becomes ERR; the RAID itself must be
  // there. A call that failed proves nothing and is returned.
  Status Sync();
  // Running or suspended becomes error: the target died under it.
  void MarkError(const std::string& why);

  // The volume's device; null without a frontend.
  [[nodiscard]] std::shared_ptr<VolumeDevice> device() const { return device_; }

  // I/O waits until Resume. kFailedPrecondition unless running, or suspended.
  Status Suspend();
  Status Resume();

  // With an empty name one is made up; returns the name. Replicas on which it fails become ERR.
  Result<std::string> SnapshotCreate(const SnapshotOptions& options);
  // kFailedPrecondition for the parent of the head, for one with several children, and while a replica is rebuilt.
  Status SnapshotDelete(const std::string& snapshot);
  // Needs the frontend "" and no rebuild.
  Status SnapshotRevert(const std::string& snapshot);
  Status SnapshotPurge();
  Status SnapshotHash(const std::string& snapshot, bool rehash);
  Status SnapshotMaxCountSet(int count);

  // All replicas and the RAID; kFailedPrecondition while a replica is rebuilt.
  Status Expand(uint64_t size);

  // Rebuild, first part: the new replica takes writes from now on. It is WO until ReplicaAddFinish.
  Result<RebuildJob> ReplicaAddStart(const std::string& replica, const std::string& address,
                                     bool fast_sync);
  // Last part: RW if all was copied and it still is WO, else ERR.
  Status ReplicaAddFinish(const RebuildJob& job, const Status& copied);
  // kNotFound if it is not one of the engine's.
  Status ReplicaDelete(const std::string& replica);

 private:
  struct Member {
    std::string address;
    Mode mode = Mode::kRW;
    std::string bdev;  // "" if it is not connected
  };

  enum class WriteOnly { kAllowed, kForbidden };

  Status Fail(Status status);
  Status RequireRunning(const std::string& operation, WriteOnly write_only) const;
  [[nodiscard]] bool HasMode(Mode mode) const;
  [[nodiscard]] std::string Endpoint() const;
  [[nodiscard]] std::string NewName(const std::string& prefix);

  void MarkReplicaError(const std::string& replica, const Status& why);
  // Takes what clients are told from the RW replica with the oldest ancestor. Error without any.
  Status RefreshInfo();
  Status Build(int port_count);
  void SalvageFilter();
  void Connect(const std::string& replica, Member* member);
  Status CreateRaid();
  Status Disconnect();
  Status Reconnect();
  // On every replica that is not ERR; those where it fails become ERR.
  void OnEachReplica(const std::function<Status(const std::string& replica)>& operation);
  Result<RebuildingDstRequest> PrepareRebuild(const std::string& src, const std::string& dst);
  Status AttachRebuilding(const std::string& replica, Member* member);

  const Node node_;
  ReplicaService& replicas_;
  Spec spec_;
  State state_ = State::kPending;
  std::string error_msg_;
  bool is_expanding_ = false;
  PortRange ports_;
  std::map<std::string, Member> members_;
  std::shared_ptr<VolumeDevice> device_;
  Lvol head_;
  std::map<std::string, Lvol> snapshots_;
  uint64_t actual_size_ = 0;
  uint64_t names_made_ = 0;
};

}  // namespace longhorn
