// Engines of the service, and the rebuilds between its replicas. See server.h.
#include <utility>

#include "systems/longhorn/server.h"

namespace longhorn {

Result<EngineInfo> Server::EngineCreate(const Engine::Spec& spec, int port_count) {
  if (spec.name.empty() || spec.volume_name.empty() || spec.spec_size == 0) {
    return Error(Code::kInvalidArgument, "engine name, volume name and size are required");
  }
  if (spec.frontend != kFrontendNone && spec.frontend != kFrontendNvmf &&
      spec.frontend != kFrontendBlockdev) {
    return Error(Code::kInvalidArgument, "unknown frontend " + spec.frontend);
  }
  Engine::Spec ours = spec;
  ours.finish_ignores_mode = options_.finish_ignores_mode;
  EngineInfo created;
  const Status status = engines_->Create(
      spec.name, [&] { return std::make_unique<Engine>(node_, *this, ours); },
      [&](Engine& engine) {
        Status built = engine.Create(port_count);
        created = engine.Describe();
        return built;
      });
  if (!status.ok()) return status;
  return created;
}

Status Server::EngineDelete(const std::string& name) {
  return engines_->Delete(
      name, [](Engine& engine) { return engine.Delete(); }, true);
}

Result<EngineInfo> Server::EngineGet(const std::string& name) { return engines_->Get(name); }

std::map<std::string, EngineInfo> Server::EngineList() { return engines_->List(); }

Watch Server::EngineWatch() {
  constexpr size_t kCapacity = 100;
  return engine_changes_.Subscribe(kCapacity);
}

Status Server::EngineSuspend(const std::string& name) {
  return engines_->With(name, [](Engine& engine) { return engine.Suspend(); });
}

Status Server::EngineResume(const std::string& name) {
  return engines_->With(name, [](Engine& engine) { return engine.Resume(); });
}

Status Server::EngineExpand(const std::string& name, uint64_t size) {
  return engines_->With(name, [&](Engine& engine) { return engine.Expand(size); });
}

Result<std::string> Server::EngineSnapshotCreate(const std::string& name,
                                                 const SnapshotOptions& options) {
  std::string snapshot;
  const Status status = engines_->With(name, [&](Engine& engine) {
    const Result<std::string> made = engine.SnapshotCreate(options);
    if (made.ok()) snapshot = *made;
    return made.status();
  });
  if (!status.ok()) return status;
  return snapshot;
}

Status Server::EngineSnapshotDelete(const std::string& name, const std::string& snapshot) {
  return engines_->With(name, [&](Engine& engine) { return engine.SnapshotDelete(snapshot); });
}

Status Server::EngineSnapshotRevert(const std::string& name, const std::string& snapshot) {
  return engines_->With(name, [&](Engine& engine) { return engine.SnapshotRevert(snapshot); });
}

Status Server::EngineSnapshotPurge(const std::string& name) {
  return engines_->With(name, [](Engine& engine) { return engine.SnapshotPurge(); });
}

Status Server::EngineSnapshotHash(const std::string& name, const std::string& snapshot,
                                  bool rehash) {
  return engines_->With(name,
                        [&](Engine& engine) { return engine.SnapshotHash(snapshot, rehash); });
}

Status Server::EngineSnapshotMaxCountSet(const std::string& name, int count) {
  return engines_->With(name, [&](Engine& engine) { return engine.SnapshotMaxCountSet(count); });
}

Status Server::EngineReplicaAdd(const std::string& name, const std::string& replica,
                                const std::string& address, bool fast_sync) {
  return engines_->With(name, [&](Engine& engine) {
    const Result<RebuildJob> job = engine.ReplicaAddStart(replica, address, fast_sync);
    if (job.ok()) rebuilds_->Start(*job);
    return job.status();
  });
}

Status Server::EngineReplicaDelete(const std::string& name, const std::string& replica) {
  return engines_->With(name, [&](Engine& engine) { return engine.ReplicaDelete(replica); });
}

Result<std::shared_ptr<VolumeDevice>> Server::EngineDevice(const std::string& name) {
  std::shared_ptr<VolumeDevice> device;
  const Status status = engines_->With(name, [&](Engine& engine) {
    device = engine.device();
    return Status{};
  });
  if (!status.ok()) return status;
  if (device == nullptr) {
    return Error(Code::kFailedPrecondition, "engine " + name + " has no frontend");
  }
  return device;
}

void Server::FinishRebuild(const RebuildJob& job, const Status& copied) {
  const Status status = engines_->With(
      job.engine, [&](Engine& engine) { return engine.ReplicaAddFinish(job, copied); });
  if (status.code != Code::kNotFound) return;
  // The engine was deleted meanwhile: nobody else lets go of the two replicas.
  (void)ReplicaRebuildingDstFinish(job.dst_replica, false);
  (void)ReplicaRebuildingSrcFinish(job.src_replica, job.dst_replica);
}

Result<std::string> Server::ReplicaRebuildingSrcStart(const std::string& name,
                                                      const std::string& dst_replica,
                                                      const std::string& snapshot) {
  std::string address;
  const Status status = replicas_->With(name, [&](Replica& replica) {
    const Result<std::string> exposed = replica.RebuildingSrcStart(dst_replica, snapshot);
    if (exposed.ok()) address = *exposed;
    return exposed.status();
  });
  if (!status.ok()) return status;
  return address;
}

Status Server::ReplicaRebuildingSrcFinish(const std::string& name, const std::string& dst_replica) {
  return replicas_->With(
      name, [&](Replica& replica) { return replica.RebuildingSrcFinish(dst_replica); });
}

Result<std::string> Server::ReplicaRebuildingDstStart(const std::string& name,
                                                      const RebuildingDstRequest& request) {
  std::string address;
  const Status status = replicas_->With(name, [&](Replica& replica) {
    const Result<std::string> head = replica.RebuildingDstStart(request);
    if (head.ok()) address = *head;
    return head.status();
  });
  if (!status.ok()) return status;
  return address;
}

// First the one, then the other: nobody holds two replicas.
Result<bool> Server::ReplicaRebuildingDstShallowCopyStart(const std::string& name,
                                                          const std::string& src_replica,
                                                          const std::string& snapshot) {
  std::string address;
  Status status = replicas_->With(name, [&](Replica& replica) {
    const Result<std::string> exposed = replica.RebuildingDstShallowCopyStart(snapshot);
    if (exposed.ok()) address = *exposed;
    return exposed.status();
  });
  if (!status.ok()) return status;
  if (address.empty()) return false;
  status = replicas_->With(src_replica, [&](Replica& replica) {
    return replica.RebuildingSrcShallowCopyStart(snapshot, name, address);
  });
  if (!status.ok()) return status;
  return true;
}

Result<ShallowCopyStatus> Server::ReplicaRebuildingDstShallowCopyCheck(
    const std::string& src_replica) {
  ShallowCopyStatus progress;
  const Status status = replicas_->With(src_replica, [&](Replica& replica) {
    const Result<ShallowCopyStatus> checked = replica.RebuildingSrcShallowCopyCheck();
    if (checked.ok()) progress = *checked;
    return checked.status();
  });
  if (!status.ok()) return status;
  return progress;
}

Status Server::ReplicaRebuildingDstSnapshotCreate(const std::string& name,
                                                  const std::string& snapshot) {
  return replicas_->With(
      name, [&](Replica& replica) { return replica.RebuildingDstSnapshotCreate(snapshot); });
}

Status Server::ReplicaRebuildingDstFinish(const std::string& name, bool completed) {
  return replicas_->With(name,
                         [&](Replica& replica) { return replica.RebuildingDstFinish(completed); });
}

}  // namespace longhorn
