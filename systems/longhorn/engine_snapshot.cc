// Snapshots of a volume: the same operation on every replica. See engine.h.
#include "systems/longhorn/engine.h"
#include "systems/longhorn/names.h"

namespace longhorn {

Result<std::string> Engine::SnapshotCreate(const SnapshotOptions& options) {
  if (Status status = RequireRunning("snapshot creation", WriteOnly::kAllowed); !status.ok()) {
    return status;
  }
  if (spec_.snapshot_max_count > 0 &&
      static_cast<int>(snapshots_.size()) >= spec_.snapshot_max_count) {
    return Error(Code::kFailedPrecondition, "engine " + spec_.name + " has " +
                                                std::to_string(snapshots_.size()) +
                                                " snapshots, no more are allowed");
  }
  SnapshotOptions named = options;
  if (named.name.empty()) named.name = NewName("");
  if (snapshots_.contains(named.name)) {
    return Error(Code::kAlreadyExists, "snapshot " + named.name + " already exists");
  }
  // The snapshots of all replicas hold the same writes.
  const SuspendedDevice suspended(device_.get());
  OnEachReplica(
      [&](const std::string& name) { return replicas_.ReplicaSnapshotCreate(name, named); });
  if (Status status = RefreshInfo(); !status.ok()) return Fail(status);
  return named.name;
}

Status Engine::SnapshotDelete(const std::string& snapshot) {
  if (Status status = RequireRunning("snapshot deletion", WriteOnly::kForbidden); !status.ok()) {
    return status;
  }
  const auto found = snapshots_.find(snapshot);
  if (found == snapshots_.end()) return {};
  const std::string cannot = "cannot delete snapshot " + snapshot + " since it ";
  if (found->second.children.contains(std::string(kHeadName))) {
    return Error(Code::kFailedPrecondition, cannot + "is the parent of volume head");
  }
  if (found->second.children.size() > 1) {
    return Error(Code::kFailedPrecondition, cannot + "contains multiple children");
  }
  OnEachReplica(
      [&](const std::string& name) { return replicas_.ReplicaSnapshotDelete(name, snapshot); });
  const Status status = RefreshInfo();
  return status.ok() ? status : Fail(status);
}

Status Engine::SnapshotRevert(const std::string& snapshot) {
  if (Status status = RequireRunning("snapshot revert", WriteOnly::kForbidden); !status.ok()) {
    return status;
  }
  if (spec_.frontend != kFrontendNone) {
    return Error(Code::kFailedPrecondition, "invalid frontend " + spec_.frontend + " for engine " +
                                                spec_.name + " snapshot revert");
  }
  if (!snapshots_.contains(snapshot)) {
    return Error(Code::kNotFound, "cannot find snapshot " + snapshot);
  }
  Status status = Disconnect();
  if (status.ok()) {
    OnEachReplica(
        [&](const std::string& name) { return replicas_.ReplicaSnapshotRevert(name, snapshot); });
    status = Reconnect();
  }
  return status.ok() ? status : Fail(status);
}

Status Engine::SnapshotPurge() {
  if (Status status = RequireRunning("snapshot purge", WriteOnly::kForbidden); !status.ok()) {
    return status;
  }
  OnEachReplica([&](const std::string& name) { return replicas_.ReplicaSnapshotPurge(name); });
  const Status status = RefreshInfo();
  return status.ok() ? status : Fail(status);
}

Status Engine::SnapshotHash(const std::string& snapshot, bool rehash) {
  if (Status status = RequireRunning("snapshot hash", WriteOnly::kForbidden); !status.ok()) {
    return status;
  }
  if (!snapshots_.contains(snapshot)) {
    return Error(Code::kNotFound, "cannot find snapshot " + snapshot);
  }
  OnEachReplica([&](const std::string& name) {
    return replicas_.ReplicaSnapshotHash(name, snapshot, rehash);
  });
  const Status status = RefreshInfo();
  return status.ok() ? status : Fail(status);
}

Status Engine::SnapshotMaxCountSet(int count) {
  if (count < 0) return Error(Code::kInvalidArgument, "snapshot max count must not be negative");
  spec_.snapshot_max_count = count;
  return {};
}

}  // namespace longhorn
