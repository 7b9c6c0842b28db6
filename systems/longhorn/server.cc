// Construction, disks, replicas and backing images of the service. See server.h.
#include "systems/longhorn/server.h"

#include <utility>

#include "systems/longhorn/names.h"
#include "systems/longhorn/owned_directory.h"
#include "systems/longhorn/upstream_directory.h"

namespace longhorn {
namespace {

constexpr size_t kWatchCapacity = 100;

}  // namespace

template <typename Instance>
Server::DirectoryOf<Instance> Server::MakeDirectory(const std::string& kind,
                                                    const Discipline& discipline,
                                                    Changes* changes) {
  auto changed = [changes] { (void)changes->Publish(Update{}); };
  if (!discipline) return std::make_unique<OwnedDirectory<Instance>>(kind, changed);
  return std::make_unique<UpstreamDirectory<Instance>>(kind, *discipline, server_mutex_, changed);
}

Server::Server(SpdkTarget& target, Options options)
    : target_(target),
      options_(std::move(options)),
      ports_(options_.first_port, options_.last_port),
      node_{target, ports_, options_.ip},
      backing_images_(MakeDirectory<BackingImage>("backing image", options_.backing_images,
                                                  &backing_image_changes_)),
      replicas_(MakeDirectory<Replica>("replica", options_.replicas, &replica_changes_)),
      engines_(MakeDirectory<Engine>("engine", options_.engines, &engine_changes_)),
      rebuilds_(std::make_unique<RebuildRunner>(
          *this,
          [this](const RebuildJob& job, const Status& copied) { FinishRebuild(job, copied); })) {
  if (options_.monitor_interval > std::chrono::nanoseconds(0)) {
    monitor_ =
        std::make_unique<systems::Periodic>(options_.monitor_interval, [this] { (void)Verify(); });
  }
}

Server::~Server() { Stop(); }

void Server::Stop() {
  if (monitor_ != nullptr) monitor_->Stop();
  rebuilds_->Stop();
  replica_changes_.Close();
  engine_changes_.Close();
  backing_image_changes_.Close();
}

Result<DiskInfo> Server::DiskCreate(const DiskCreateRequest& request) {
  if (request.disk_name.empty() || request.disk_path.empty()) {
    return Error(Code::kInvalidArgument, "disk name and disk path are required");
  }
  Status status = target_.BdevAioCreate(request.disk_path, request.disk_name, request.block_size);
  // The service was restarted, the target was not.
  if (!status.ok() && status.spdk_code != kSpdkEexist) return status;
  const Result<std::string> uuid =
      target_.BdevLvolCreateLvstore(request.disk_name, request.disk_name, kClusterBytes);
  if (!uuid.ok() && uuid.status().spdk_code != kSpdkEexist) return uuid.status();
  return DiskGet(request.disk_name);
}

Status Server::DiskDelete(const std::string& name) {
  for (const auto& [replica, info] : ReplicaList()) {
    if (info.lvs_name == name) {
      return Error(Code::kFailedPrecondition, "replica " + replica + " is on disk " + name);
    }
  }
  if (Status status = MissingIsFine(target_.BdevLvolDeleteLvstore(name)); !status.ok()) {
    return status;
  }
  return MissingIsFine(target_.BdevAioDelete(name));
}

Result<DiskInfo> Server::DiskGet(const std::string& name) {
  const Result<LvstoreInfo> store = FindLvstore(name, "");
  if (!store.ok()) return store.status();
  DiskInfo disk;
  disk.name = name;
  disk.uuid = store->uuid;
  disk.path = store->base_bdev;
  disk.total_size = store->total_data_clusters * store->cluster_size;
  disk.free_size = store->free_clusters * store->cluster_size;
  disk.cluster_size = store->cluster_size;
  disk.state = DiskState::kReady;
  return disk;
}

Result<LvstoreInfo> Server::FindLvstore(const std::string& name, const std::string& uuid) {
  const Result<std::vector<LvstoreInfo>> stores = target_.BdevLvolGetLvstores();
  if (!stores.ok()) return stores.status();
  for (const LvstoreInfo& store : *stores) {
    if (store.name == name && (uuid.empty() || store.uuid == uuid)) return store;
  }
  return Error(Code::kNotFound, "cannot find lvstore " + name + " with UUID " + uuid);
}

Result<Replica::BackingImageLvol> Server::FindBackingImage(const ReplicaCreateRequest& request) {
  if (request.backing_image_name.empty()) return Replica::BackingImageLvol{};
  const std::string lvol = BackingImageLvolName(request.backing_image_name, request.lvs_uuid);
  const Result<BackingImageInfo> image = backing_images_->Get(lvol);
  if (!image.ok() || image->state != BackingImageState::kReady) {
    return Error(Code::kNotFound, "backing image " + request.backing_image_name + " not found");
  }
  return Replica::BackingImageLvol{image->name, LvolAlias(image->lvs_name, lvol)};
}

Result<ReplicaInfo> Server::ReplicaCreate(const ReplicaCreateRequest& request) {
  if (request.name.empty() || request.lvs_name.empty() || request.lvs_uuid.empty()) {
    return Error(Code::kInvalidArgument, "replica name, lvs name and lvs UUID are required");
  }
  if (request.spec_size == 0 || request.port_count <= 0) {
    return Error(Code::kInvalidArgument, "size and port count must be positive");
  }
  if (!MayBeReplicaHead(request.name)) {
    return Error(Code::kInvalidArgument, "replica name " + request.name + " is reserved");
  }
  const Result<LvstoreInfo> store = FindLvstore(request.lvs_name, request.lvs_uuid);
  if (!store.ok()) return store.status();
  ReplicaInfo created;
  const Status status = replicas_->Create(
      request.name,
      [&] {
        return std::make_unique<Replica>(node_, Replica::Spec{request.name, request.lvs_name,
                                                              request.lvs_uuid, request.spec_size});
      },
      [&](Replica& replica) -> Status {
        const Result<Replica::BackingImageLvol> image = FindBackingImage(request);
        if (!image.ok()) return image.status();
        Status built = replica.Create(request.port_count, *image);
        created = replica.Describe();
        return built;
      });
  if (!status.ok()) return status;
  return created;
}

Status Server::ReplicaDelete(const std::string& name, bool cleanup_required) {
  return replicas_->Delete(
      name, [&](Replica& replica) { return replica.Delete(cleanup_required); }, cleanup_required);
}

Result<ReplicaInfo> Server::ReplicaGet(const std::string& name) { return replicas_->Get(name); }

std::map<std::string, ReplicaInfo> Server::ReplicaList() { return replicas_->List(); }

Watch Server::ReplicaWatch() { return replica_changes_.Subscribe(kWatchCapacity); }

Status Server::ReplicaExpand(const std::string& name, uint64_t size) {
  return replicas_->With(name, [&](Replica& replica) { return replica.Expand(size); });
}

Status Server::ReplicaSnapshotCreate(const std::string& name, const SnapshotOptions& options) {
  return replicas_->With(name, [&](Replica& replica) { return replica.SnapshotCreate(options); });
}

Status Server::ReplicaSnapshotDelete(const std::string& name, const std::string& snapshot) {
  return replicas_->With(name, [&](Replica& replica) { return replica.SnapshotDelete(snapshot); });
}

Status Server::ReplicaSnapshotRevert(const std::string& name, const std::string& snapshot) {
  return replicas_->With(name, [&](Replica& replica) { return replica.SnapshotRevert(snapshot); });
}

Status Server::ReplicaSnapshotPurge(const std::string& name) {
  return replicas_->With(name, [&](Replica& replica) { return replica.SnapshotPurge(); });
}

Status Server::ReplicaSnapshotHash(const std::string& name, const std::string& snapshot,
                                   bool rehash) {
  return replicas_->With(name,
                         [&](Replica& replica) { return replica.SnapshotHash(snapshot, rehash); });
}

Result<BackingImageInfo> Server::BackingImageCreate(const BackingImageCreateRequest& request,
                                                    const BackingImage::Source& source) {
  if (request.name.empty() || request.lvs_uuid.empty() || request.size == 0) {
    return Error(Code::kInvalidArgument, "backing image name, lvs UUID and size are required");
  }
  const Result<LvstoreInfo> store = FindLvstore(request.lvs_name, request.lvs_uuid);
  if (!store.ok()) return store.status();
  BackingImageInfo created;
  const Status status = backing_images_->Create(
      BackingImageLvolName(request.name, request.lvs_uuid),
      [&] {
        return std::make_unique<BackingImage>(
            node_, BackingImage::Spec{request.name, request.lvs_name, request.lvs_uuid,
                                      request.size, request.checksum});
      },
      [&](BackingImage& image) -> Status {
        Status built = image.Create(source);
        created = image.Describe();
        return built;
      });
  if (!status.ok()) return status;
  return created;
}

Status Server::BackingImageDelete(const std::string& name, const std::string& lvs_uuid) {
  return backing_images_->Delete(
      BackingImageLvolName(name, lvs_uuid), [](BackingImage& image) { return image.Delete(); },
      true);
}

Result<BackingImageInfo> Server::BackingImageGet(const std::string& name,
                                                 const std::string& lvs_uuid) {
  return backing_images_->Get(BackingImageLvolName(name, lvs_uuid));
}

std::map<std::string, BackingImageInfo> Server::BackingImageList() {
  return backing_images_->List();
}

Watch Server::BackingImageWatch() { return backing_image_changes_.Subscribe(kWatchCapacity); }

Result<std::string> Server::BackingImageExpose(const std::string& name,
                                               const std::string& lvs_uuid) {
  std::string address;
  const Status status =
      backing_images_->With(BackingImageLvolName(name, lvs_uuid), [&](BackingImage& image) {
        const Result<std::string> exposed = image.Expose();
        if (exposed.ok()) address = *exposed;
        return exposed.status();
      });
  if (!status.ok()) return status;
  return address;
}

Status Server::BackingImageUnexpose(const std::string& name, const std::string& lvs_uuid) {
  return backing_images_->With(BackingImageLvolName(name, lvs_uuid),
                               [](BackingImage& image) { return image.Unexpose(); });
}

}  // namespace longhorn
