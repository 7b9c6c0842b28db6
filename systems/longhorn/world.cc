// See world.h.
#include "systems/longhorn/world.h"

#include "systems/base/panic.h"

namespace longhorn {

using systems::Ensure;

World::World(Server::Options options, MemoryTarget::Options target_options)
    : target_(target_options), server_(target_, std::move(options)) {
  constexpr char kFile[] = "/dev/disk-1";
  target_.AddFile(kFile, 64 * kMiB);
  const Result<DiskInfo> disk = server_.DiskCreate({.disk_name = kDisk, .disk_path = kFile});
  Ensure(disk.ok(), "a disk can be created");
  lvs_uuid_ = disk->uuid;
}

ReplicaCreateRequest World::ReplicaRequest(const std::string& name) const {
  ReplicaCreateRequest request;
  request.name = name;
  request.lvs_name = kDisk;
  request.lvs_uuid = lvs_uuid_;
  request.spec_size = kVolumeBytes;
  request.port_count = kPortsPerReplica;
  return request;
}

Result<ReplicaInfo> World::CreateReplica(const std::string& name) {
  return server_.ReplicaCreate(ReplicaRequest(name));
}

ReplicaInfo World::MustCreateReplica(const std::string& name) {
  const Result<ReplicaInfo> created = CreateReplica(name);
  Ensure(created.ok() && created->state == State::kRunning,
         "ReplicaCreate of " + name +
             " succeeds: " + (created.ok() ? created->error_msg : created.status().message));
  return *created;
}

std::string World::AddressOf(const std::string& replica) {
  const Result<ReplicaInfo> info = server_.ReplicaGet(replica);
  return info.ok() ? Address(info->ip, info->port_start) : "";
}

Result<EngineInfo> World::CreateEngine(const std::string& name,
                                       const std::vector<std::string>& replicas,
                                       const std::string& frontend) {
  Engine::Spec spec;
  spec.name = name;
  spec.volume_name = name + "-volume";
  spec.spec_size = kVolumeBytes;
  spec.frontend = frontend;
  for (const std::string& replica : replicas) {
    spec.replica_address_map[replica] = AddressOf(replica);
  }
  return server_.EngineCreate(spec, 1);
}

EngineInfo World::MustCreateEngine(const std::string& name,
                                   const std::vector<std::string>& replicas,
                                   const std::string& frontend) {
  const Result<EngineInfo> created = CreateEngine(name, replicas, frontend);
  Ensure(created.ok() && created->state == State::kRunning,
         "EngineCreate of " + name + " succeeds");
  for (const auto& [replica, mode] : created->replica_mode_map) {
    Ensure(mode == Mode::kRW,
           "replica " + replica + " is RW in a new engine: " + created->error_msg);
  }
  return *created;
}

std::string World::BlockOfReplica(const std::string& replica, uint64_t block) {
  return TrimBlock(target_.ReadBlock(LvolAlias(kDisk, replica), block));
}

void World::EnsureNoPortLeaks() {
  int expected = 0;
  for (const auto& [name, info] : server_.ReplicaList()) {
    if (info.port_start > 0) expected += info.port_end - info.port_start + 1;
  }
  for (const auto& [name, info] : server_.EngineList()) expected += info.port > 0 ? 1 : 0;
  for (const auto& [name, info] : server_.BackingImageList()) expected += info.port > 0 ? 1 : 0;
  Ensure(server_.ports_in_use() == expected, "every port in use belongs to somebody");
}

std::string TrimBlock(const Result<std::string>& block) {
  if (!block.ok()) return "?";
  const size_t last = block->find_last_not_of('\0');
  return last == block->npos ? "" : block->substr(0, last + 1);
}

}  // namespace longhorn
