// One replica: a head lvol, its snapshots, and the port under which the head is reachable.
//
// A Replica is plain sequential code. It is not thread-safe: it belongs to whoever holds it in its directory (directory.h),
// and no function of it takes long for another reason than the target's.
//
// A failure of the target within an operation puts the replica into state error, where it stays: its lvols may be half
// changed, and only a rebuild can tell. A request that was refused before anything was touched does not.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "systems/longhorn/node.h"
#include "systems/longhorn/replica_tree.h"
#include "systems/longhorn/types.h"

namespace longhorn {

struct SnapshotOptions {
  std::string name;
  bool user_created = true;
  std::string timestamp;
};

// What the destination of a rebuild is told at the start.
struct RebuildingDstRequest {
  std::string src_replica_name;
  std::string external_snapshot_name;
  std::string external_snapshot_address;
  std::vector<Lvol> snapshots;  // of the source, every parent before its children
  bool fast_sync = false;       // keep snapshots whose copy here is intact
};

class Replica {
 public:
  using Info = ReplicaInfo;

  struct Spec {
    std::string name;
    std::string lvs_name;
    std::string lvs_uuid;
    uint64_t spec_size = 0;  // bytes; rounded up to MiB
  };

  // Ports of its range: the first is the head's, the others serve rebuilds.
  static constexpr int kSnapshotPortOffset = 1;
  static constexpr int kRebuildingPortOffset = 2;

  // In state pending: nothing is known of its lvols yet.
  Replica(const Node& node, Spec spec);

  [[nodiscard]] const std::string& name() const { return spec_.name; }
  [[nodiscard]] Info Describe() const;
  // Verify leaves such a one alone: its lvols are being replaced.
  [[nodiscard]] bool IsBusy() const { return rebuilding_.has_value(); }

  struct BackingImageLvol {
    std::string name;   // of the image; "" if there is none
    std::string alias;  // of the snapshot that holds it
  };

  // From pending or stopped to running: makes the head unless it is there (empty, or a clone of the backing image), takes
  // `port_count` ports, exposes the head. kAlreadyExists if it runs, kFailedPrecondition in any other state. A failure
  // within leaves state error and is success for the caller, who sees it in Describe().
  Status Create(int port_count, const BackingImageLvol& backing_image);

  // Stops exposing and gives the ports back. With `cleanup` deletes all its lvols and ends terminating, otherwise stopped; a
  // pending replica that is not cleaned up stays as it is.
  Status Delete(bool cleanup);

  // Its lvols are gone for good: gives back what it holds besides.
  void Forget();

  // The periodic look: pending becomes stopped, or error without a head; running becomes error if the target has something
  // else than is believed. A look that failed proves nothing and changes nothing; it is returned.
  Status Sync();

  // Running becomes error: the target died under it.
  void MarkError(const std::string& why);

  // kAlreadyExists if the name is taken; stopped or running only.
  Status SnapshotCreate(const SnapshotOptions& options);
  // Nothing to delete is success. kFailedPrecondition "cannot delete snapshot X(…) since it has N children" for more than one.
  Status SnapshotDelete(const std::string& snapshot);
  // The head begins anew from the snapshot (kNotFound).
  Status SnapshotRevert(const std::string& snapshot);
  // Deletes what no user made, has one child at most, and is not the head's parent.
  Status SnapshotPurge();
  // Registers the checksum of what the snapshot holds; again only if `rehash`.
  Status SnapshotHash(const std::string& snapshot, bool rehash);

  // Makes the head larger (kInvalidArgument if smaller); the ports stay.
  Status Expand(uint64_t size);

  // Source of a rebuild: exposes the snapshot and returns its address. One destination at a time (kFailedPrecondition).
  Result<std::string> RebuildingSrcStart(const std::string& dst_replica,
                                         const std::string& snapshot);
  Status RebuildingSrcFinish(const std::string& dst_replica);
  // Copies what the snapshot itself holds to the destination's rebuilding lvol, in the background.
  Status RebuildingSrcShallowCopyStart(const std::string& snapshot, const std::string& dst_replica,
                                       const std::string& dst_rebuilding_lvol_address);
  Result<ShallowCopyStatus> RebuildingSrcShallowCopyCheck();

  // Destination of a rebuild: replaces the head by a clone of the source's newest snapshot and deletes what is not worth
  // keeping. Returns the new head's address.
  Result<std::string> RebuildingDstStart(const RebuildingDstRequest& request);
  // Makes and exposes the lvol that the snapshot is copied into. Returns its address, "" if an intact copy was kept.
  Result<std::string> RebuildingDstShallowCopyStart(const std::string& snapshot);
  // The copy is complete: makes it the snapshot.
  Status RebuildingDstSnapshotCreate(const std::string& snapshot);
  // Puts the head on the rebuilt snapshots; if `completed` is false, or that fails, the replica is in error.
  Status RebuildingDstFinish(bool completed);

 private:
  struct Rebuilding {
    RebuildingDstRequest request;
    std::set<std::string> kept;  // snapshots with an intact copy
  };
  struct Helping {  // as the source of a rebuild
    std::string dst_replica;
    std::string snapshot;
    std::optional<uint32_t> copy;
  };

  [[nodiscard]] std::string HeadAlias() const;
  [[nodiscard]] std::string SnapshotAlias(const std::string& snapshot) const;
  [[nodiscard]] std::string RebuildingAlias() const;
  [[nodiscard]] std::string ExternalController() const { return spec_.name + "-external"; }
  [[nodiscard]] std::string CopyController() const { return spec_.name + "-copy"; }

  // State error, for that reason. Returns it.
  Status Fail(Status status);
  // Fails unless stopped or running.
  Status RequireUsable(const std::string& operation) const;
  Status Refresh();
  Status PrepareHead();
  Status Expose();
  Status CreateAndExpose(int port_count);
  // Deletes all lvols of the replica but those whose names are in `keep`, children first.
  Status DeleteLvols(const std::set<std::string>& keep);
  [[nodiscard]] std::set<std::string> IntactSnapshots(const RebuildingDstRequest& request) const;
  Status StartDst(const RebuildingDstRequest& request);
  Status FinishDst();
  Status RemoveRebuildingLvol();

  const Node node_;
  Spec spec_;
  State state_ = State::kPending;
  std::string error_msg_;
  PortRange ports_;
  std::optional<ReplicaTree> tree_;
  BackingImageLvol backing_image_;
  std::optional<Rebuilding> rebuilding_;
  std::optional<Helping> helping_;
};

}  // namespace longhorn
