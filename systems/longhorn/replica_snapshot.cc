// The snapshots of a replica. See replica.h.
#include "systems/longhorn/names.h"
#include "systems/longhorn/replica.h"

namespace longhorn {

Status Replica::SnapshotCreate(const SnapshotOptions& options) {
  if (Status status = RequireUsable("snapshot creation"); !status.ok()) return status;
  if (options.name.empty()) return Error(Code::kInvalidArgument, "snapshot name is required");
  if (tree_->snapshots.contains(options.name)) {
    return Error(Code::kAlreadyExists,
                 "snapshot " + options.name + " already exists in replica " + spec_.name);
  }
  const Xattrs xattrs = {{kXattrUserCreated, options.user_created ? "true" : "false"},
                         {kXattrTimestamp, options.timestamp}};
  Status status =
      node_.target.BdevLvolSnapshot(HeadAlias(), SnapshotLvolName(spec_.name, options.name), xattrs)
          .status();
  if (status.ok()) status = Refresh();
  return status.ok() ? status : Fail(status);
}

Status Replica::SnapshotDelete(const std::string& snapshot) {
  if (Status status = RequireUsable("snapshot deletion"); !status.ok()) return status;
  const auto found = tree_->snapshots.find(snapshot);
  if (found == tree_->snapshots.end()) return {};
  const size_t children = found->second.children.size();
  if (children > 1) {
    return Error(Code::kFailedPrecondition, "cannot delete snapshot " + snapshot + "(" +
                                                SnapshotAlias(snapshot) + ") since it has " +
                                                std::to_string(children) + " children");
  }
  Status status = MissingIsFine(node_.target.BdevLvolDelete(SnapshotAlias(snapshot)));
  if (status.ok()) status = Refresh();
  return status.ok() ? status : Fail(status);
}

Status Replica::SnapshotRevert(const std::string& snapshot) {
  if (Status status = RequireUsable("snapshot revert"); !status.ok()) return status;
  if (!tree_->snapshots.contains(snapshot)) {
    return Error(Code::kNotFound, "cannot find snapshot " + snapshot + " in replica " + spec_.name);
  }
  if (rebuilding_) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " is being rebuilt");
  }
  Status status = StopExpose(node_, spec_.name);
  if (status.ok()) status = node_.target.BdevLvolDelete(HeadAlias());
  if (status.ok()) {
    status = node_.target.BdevLvolClone(SnapshotAlias(snapshot), spec_.name).status();
  }
  if (status.ok()) status = node_.target.BdevLvolResize(HeadAlias(), spec_.spec_size / kMiB);
  if (status.ok()) status = Refresh();
  if (status.ok() && state_ == State::kRunning) status = Expose();
  return status.ok() ? status : Fail(status);
}

Status Replica::SnapshotPurge() {
  if (Status status = RequireUsable("snapshot purge"); !status.ok()) return status;
  for (const auto& [name, snapshot] : std::map<std::string, Lvol>(tree_->snapshots)) {
    const Lvol& now = tree_->snapshots.at(name);  // an earlier deletion may have given it a child
    if (now.user_created || now.children.size() > 1 ||
        now.children.contains(std::string(kHeadName)))
      continue;
    if (Status status = SnapshotDelete(name); !status.ok()) return status;
  }
  return {};
}

Status Replica::SnapshotHash(const std::string& snapshot, bool rehash) {
  if (Status status = RequireUsable("snapshot hash"); !status.ok()) return status;
  const auto found = tree_->snapshots.find(snapshot);
  if (found == tree_->snapshots.end()) {
    return Error(Code::kNotFound, "cannot find snapshot " + snapshot + " in replica " + spec_.name);
  }
  if (!found->second.snapshot_checksum.empty() && !rehash) return {};
  // It changes nothing that it could leave half done, so a failure is no reason to give the replica up.
  if (Status status = node_.target.BdevLvolRegisterSnapshotChecksum(found->second.uuid);
      !status.ok()) {
    return status;
  }
  return Refresh();
}

}  // namespace longhorn
