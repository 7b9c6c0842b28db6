// Adding a replica to a running volume, and taking one away. See engine.h.
//
// The steps (upstream's): 1 the engine runs and nobody else is being rebuilt; 2 any RW replica is the source; 3 I/O is
// suspended; 4 a system snapshot on all replicas; 5 the source's snapshots, parents first; 6 the source exposes the system
// snapshot; 7 the destination stands its new head on that, the RAID grows by it as WO, I/O resumes; 8 each snapshot is copied
// (rebuild_runner.cc, without the engine); 9 I/O is suspended, the destination changes to its own snapshots, then the source
// is released; 10 whatever fails, the destination is ERR and the same cleanup is done.
#include "systems/longhorn/engine.h"
#include "systems/longhorn/names.h"

namespace longhorn {

Result<RebuildJob> Engine::ReplicaAddStart(const std::string& replica, const std::string& address,
                                           bool fast_sync) {
  if (Status status = RequireRunning("replica add", WriteOnly::kForbidden); !status.ok()) {
    return status;
  }
  if (members_.contains(replica)) {
    return Error(Code::kAlreadyExists,
                 "replica " + replica + " already exists in engine " + spec_.name);
  }
  std::string src;
  for (const auto& [name, member] : members_) {
    if (src.empty() && member.mode == Mode::kRW) src = name;
  }
  const SuspendedDevice suspended(device_.get());
  Result<RebuildingDstRequest> prepared = PrepareRebuild(src, replica);
  if (!prepared.ok()) return prepared.status();
  RebuildingDstRequest request = *prepared;
  request.fast_sync = fast_sync;

  RebuildJob job{spec_.name, src, replica, request.external_snapshot_name, {}};
  for (const Lvol& snapshot : request.snapshots) job.snapshots.push_back(snapshot.name);
  const Result<std::string> head = replicas_.ReplicaRebuildingDstStart(replica, request);
  if (!head.ok()) {
    (void)replicas_.ReplicaRebuildingSrcFinish(src, replica);
    return head.status();
  }
  Member member{address, Mode::kWO, ""};
  if (Status status = AttachRebuilding(replica, &member); !status.ok()) {
    (void)node_.target.BdevNvmeDetachController(replica);
    (void)replicas_.ReplicaRebuildingDstFinish(replica, false);
    (void)replicas_.ReplicaRebuildingSrcFinish(src, replica);
    return status;
  }
  members_[replica] = member;
  return job;
}

// Steps 4 to 6.
Result<RebuildingDstRequest> Engine::PrepareRebuild(const std::string& src,
                                                    const std::string& dst) {
  RebuildingDstRequest request;
  request.src_replica_name = src;
  request.external_snapshot_name = NewName("rebuild-");
  const SnapshotOptions options{request.external_snapshot_name, false, ""};
  OnEachReplica(
      [&](const std::string& name) { return replicas_.ReplicaSnapshotCreate(name, options); });
  if (Status status = RefreshInfo(); !status.ok()) return Fail(status);
  const Result<ReplicaInfo> source = replicas_.ReplicaGet(src);
  if (!source.ok()) return source.status();
  request.snapshots = DepthFirst(ReplicaTree{source->head, source->snapshots, {}});
  const Result<std::string> address =
      replicas_.ReplicaRebuildingSrcStart(src, dst, request.external_snapshot_name);
  if (!address.ok()) return address.status();
  request.external_snapshot_address = *address;
  return request;
}

Status Engine::AttachRebuilding(const std::string& replica, Member* member) {
  const Result<std::string> bdev = Attach(node_, replica, replica, member->address);
  if (!bdev.ok()) return bdev.status();
  member->bdev = *bdev;
  const Result<std::vector<BdevInfo>> info = node_.target.BdevGetBdevs(*bdev);
  if (!info.ok()) return info.status();
  if (info->front().bytes() != spec_.spec_size) {
    return Unknown("replica " + replica + " has another size");
  }
  return node_.target.BdevRaidGrowBaseBdev(spec_.name, *bdev);
}

Status Engine::ReplicaAddFinish(const RebuildJob& job, const Status& copied) {
  const SuspendedDevice suspended(device_.get());
  const auto member = members_.find(job.dst_replica);
  const bool wanted =
      member != members_.end() && (member->second.mode == Mode::kWO || spec_.finish_ignores_mode);
  Status status = copied;
  if (status.ok() && !wanted) status = Unknown("replica " + job.dst_replica + " was given up");
  // The destination first: it reads from the source's snapshot until it has changed over.
  Status finished = replicas_.ReplicaRebuildingDstFinish(job.dst_replica, status.ok());
  (void)replicas_.ReplicaRebuildingSrcFinish(job.src_replica, job.dst_replica);
  if (status.ok()) status = finished;
  if (member == members_.end()) return status;
  if (!status.ok()) {
    MarkReplicaError(job.dst_replica, status);
    return status;
  }
  member->second.mode = Mode::kRW;
  const Status refreshed = RefreshInfo();
  return refreshed.ok() ? refreshed : Fail(refreshed);
}

Status Engine::ReplicaDelete(const std::string& replica) {
  const auto member = members_.find(replica);
  if (member == members_.end()) {
    return Error(Code::kNotFound, "cannot find replica " + replica + " in engine " + spec_.name);
  }
  if (!member->second.bdev.empty()) {
    (void)node_.target.BdevRaidRemoveBaseBdev(member->second.bdev);
    if (Status status = MissingIsFine(node_.target.BdevNvmeDetachController(replica));
        !status.ok()) {
      return status;
    }
  }
  members_.erase(member);
  if (state_ != State::kRunning && state_ != State::kSuspended) return {};
  if (Status status = RefreshInfo(); !status.ok()) (void)Fail(status);
  return {};
}

}  // namespace longhorn
