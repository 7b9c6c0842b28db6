// A replica as the source and as the destination of a rebuild; the steps are those of engine_rebuild.cc. See replica.h.
//
// The destination's new head is a clone of the source's newest snapshot, read over the network, so it is right from the first
// moment and takes new writes while the snapshots are copied one by one, oldest first. Only when all are there does it change
// its parent from the remote snapshot to the local copy.
#include <utility>

#include "systems/longhorn/names.h"
#include "systems/longhorn/replica.h"

namespace longhorn {

Result<std::string> Replica::RebuildingSrcStart(const std::string& dst_replica,
                                                const std::string& snapshot) {
  if (state_ != State::kRunning) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " is not running");
  }
  if (helping_) {
    return Error(Code::kFailedPrecondition,
                 "replica " + spec_.name + " is already a source for " + helping_->dst_replica);
  }
  const auto found = tree_->snapshots.find(snapshot);
  if (found == tree_->snapshots.end()) {
    return Error(Code::kNotFound, "cannot find snapshot " + snapshot + " in replica " + spec_.name);
  }
  if (ports_.count <= kSnapshotPortOffset) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " has no spare port");
  }
  const int port = ports_.first + kSnapshotPortOffset;
  if (Status status =
          StartExpose(node_, SnapshotLvolName(spec_.name, snapshot), found->second.uuid, port);
      !status.ok()) {
    return status;
  }
  helping_ = Helping{dst_replica, snapshot, std::nullopt};
  return Address(node_.ip, port);
}

Status Replica::RebuildingSrcFinish(const std::string& dst_replica) {
  if (!helping_ || helping_->dst_replica != dst_replica) return {};
  const Helping helping = *std::exchange(helping_, std::nullopt);
  Status detached = MissingIsFine(node_.target.BdevNvmeDetachController(CopyController()));
  Status hidden = StopExpose(node_, SnapshotLvolName(spec_.name, helping.snapshot));
  return detached.ok() ? hidden : detached;
}

Status Replica::RebuildingSrcShallowCopyStart(const std::string& snapshot,
                                              const std::string& dst_replica,
                                              const std::string& dst_rebuilding_lvol_address) {
  if (!helping_ || helping_->dst_replica != dst_replica) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " is not a source");
  }
  if (Status status = MissingIsFine(node_.target.BdevNvmeDetachController(CopyController()));
      !status.ok()) {
    return status;
  }
  const Result<std::string> dst =
      Attach(node_, CopyController(), RebuildingLvolName(dst_replica), dst_rebuilding_lvol_address);
  if (!dst.ok()) return dst.status();
  const Result<uint32_t> copy =
      node_.target.BdevLvolStartShallowCopy(SnapshotAlias(snapshot), *dst);
  if (!copy.ok()) return copy.status();
  helping_->copy = *copy;
  return {};
}

Result<ShallowCopyStatus> Replica::RebuildingSrcShallowCopyCheck() {
  if (!helping_ || !helping_->copy) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " copies nothing");
  }
  return node_.target.BdevLvolCheckShallowCopy(*helping_->copy);
}

// A copy is intact if it is the same in what was written into it, and what it stands on is intact.
std::set<std::string> Replica::IntactSnapshots(const RebuildingDstRequest& request) const {
  std::set<std::string> intact;
  if (!request.fast_sync || !tree_) return intact;
  std::set<std::string> names;
  for (const Lvol& theirs : request.snapshots) names.insert(theirs.name);
  for (const Lvol& theirs : request.snapshots) {
    const auto ours = tree_->snapshots.find(theirs.name);
    if (ours == tree_->snapshots.end()) continue;
    const bool same = ours->second.snapshot_timestamp == theirs.snapshot_timestamp &&
                      ours->second.spec_size == theirs.spec_size &&
                      ours->second.actual_size == theirs.actual_size &&
                      ours->second.parent == theirs.parent && !theirs.snapshot_checksum.empty() &&
                      ours->second.snapshot_checksum == theirs.snapshot_checksum;
    if (same && (!names.contains(theirs.parent) || intact.contains(theirs.parent))) {
      intact.insert(theirs.name);
    }
  }
  return intact;
}

Result<std::string> Replica::RebuildingDstStart(const RebuildingDstRequest& request) {
  if (state_ != State::kRunning || rebuilding_) {
    return Error(Code::kFailedPrecondition, "invalid state " + std::string(StateName(state_)) +
                                                " for replica " + spec_.name + " rebuilding");
  }
  if (ports_.count <= kRebuildingPortOffset) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " has no spare port");
  }
  if (Status status = StartDst(request); !status.ok()) {
    (void)MissingIsFine(node_.target.BdevNvmeDetachController(ExternalController()));
    rebuilding_.reset();
    return Fail(status);
  }
  return Address(node_.ip, ports_.first);
}

Status Replica::StartDst(const RebuildingDstRequest& request) {
  SpdkTarget& target = node_.target;
  const Result<std::string> external =
      Attach(node_, ExternalController(),
             SnapshotLvolName(request.src_replica_name, request.external_snapshot_name),
             request.external_snapshot_address);
  if (!external.ok()) return external.status();
  rebuilding_ = Rebuilding{request, IntactSnapshots(request)};
  if (Status status = StopExpose(node_, spec_.name); !status.ok()) return status;
  std::set<std::string> keep;
  for (const std::string& snapshot : rebuilding_->kept) {
    keep.insert(SnapshotLvolName(spec_.name, snapshot));
  }
  if (Status status = DeleteLvols(keep); !status.ok()) return status;
  const Result<std::string> head = target.BdevLvolCloneBdev(*external, spec_.lvs_name, spec_.name);
  if (!head.ok()) return head.status();
  if (Status status = target.BdevLvolResize(*head, spec_.spec_size / kMiB); !status.ok()) {
    return status;
  }
  if (Status status = Refresh(); !status.ok()) return status;
  return Expose();
}

Result<std::string> Replica::RebuildingDstShallowCopyStart(const std::string& snapshot) {
  if (!rebuilding_) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " is not being rebuilt");
  }
  const Lvol* wanted = nullptr;
  for (const Lvol& each : rebuilding_->request.snapshots) {
    if (each.name == snapshot) wanted = &each;
  }
  if (wanted == nullptr) return Error(Code::kNotFound, "cannot find snapshot " + snapshot);
  if (rebuilding_->kept.contains(snapshot)) return std::string();
  if (Status status = RemoveRebuildingLvol(); !status.ok()) return status;

  const std::string lvol = RebuildingLvolName(spec_.name);
  const std::string parent = node_.target.BdevGetBdevs(SnapshotAlias(wanted->parent)).ok()
                                 ? SnapshotAlias(wanted->parent)
                                 : backing_image_.alias;
  const Result<std::string> uuid =
      parent.empty() ? node_.target.BdevLvolCreate(spec_.lvs_name, lvol, wanted->spec_size / kMiB)
                     : node_.target.BdevLvolClone(parent, lvol);
  if (!uuid.ok()) return uuid.status();
  if (Status status = node_.target.BdevLvolResize(*uuid, wanted->spec_size / kMiB); !status.ok()) {
    return status;
  }
  const int port = ports_.first + kRebuildingPortOffset;
  if (Status status = StartExpose(node_, lvol, *uuid, port); !status.ok()) return status;
  return Address(node_.ip, port);
}

Status Replica::RemoveRebuildingLvol() {
  if (Status status = StopExpose(node_, RebuildingLvolName(spec_.name)); !status.ok()) {
    return status;
  }
  return MissingIsFine(node_.target.BdevLvolDelete(RebuildingAlias()));
}

Status Replica::RebuildingDstSnapshotCreate(const std::string& snapshot) {
  if (!rebuilding_) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " is not being rebuilt");
  }
  for (const Lvol& theirs : rebuilding_->request.snapshots) {
    if (theirs.name != snapshot || rebuilding_->kept.contains(snapshot)) continue;
    const Xattrs xattrs = {{kXattrUserCreated, theirs.user_created ? "true" : "false"},
                           {kXattrTimestamp, theirs.snapshot_timestamp}};
    const Result<std::string> uuid = node_.target.BdevLvolSnapshot(
        RebuildingAlias(), SnapshotLvolName(spec_.name, snapshot), xattrs);
    if (!uuid.ok()) return uuid.status();
    const Result<std::vector<BdevInfo>> copy = node_.target.BdevGetBdevs(*uuid);
    if (!copy.ok()) return copy.status();
    if (copy->front().lvol->num_allocated_clusters * kClusterBytes != theirs.actual_size) {
      return Unknown("snapshot " + snapshot + " has another size than its source");
    }
    return RemoveRebuildingLvol();
  }
  return {};
}

Status Replica::RebuildingDstFinish(bool completed) {
  if (!rebuilding_) return {};
  Status status =
      completed ? FinishDst() : Unknown("rebuilding of " + spec_.name + " was given up");
  rebuilding_.reset();
  const Status removed = RemoveRebuildingLvol();
  const Status detached =
      MissingIsFine(node_.target.BdevNvmeDetachController(ExternalController()));
  if (status.ok()) status = removed;
  if (status.ok()) status = detached;
  return status.ok() ? status : Fail(status);
}

// Snapshots that were taken meanwhile stand between the head and the remote snapshot: the oldest of them changes its parent.
Status Replica::FinishDst() {
  const Result<std::vector<BdevInfo>> bdevs = node_.target.BdevGetBdevs();
  if (!bdevs.ok()) return bdevs.status();
  const std::string external = ExternalController() + "n1";
  for (const BdevInfo& bdev : *bdevs) {
    if (!bdev.lvol || bdev.lvol->external_snapshot != external) continue;
    if (Status status = node_.target.BdevLvolSetParent(
            bdev.uuid, SnapshotAlias(rebuilding_->request.external_snapshot_name));
        !status.ok()) {
      return status;
    }
    return Refresh();
  }
  return Unknown("replica " + spec_.name + " has no lvol on the external snapshot");
}

}  // namespace longhorn
