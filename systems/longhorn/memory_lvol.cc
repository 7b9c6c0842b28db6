// Stores and lvols of the target in memory. See memory_target.h.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "systems/longhorn/memory_target.h"
#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

Status NoSuchDevice(const std::string& name) {
  return SpdkError(kSpdkEnodev, "No such device: " + name);
}

Status FileExists(const std::string& name) {
  return SpdkError(kSpdkEexist, "File exists: " + name);
}

// FNV-1a: quick, and the same everywhere.
class Checksum {
 public:
  void Add(const std::string& bytes) {
    for (const char byte : bytes) Mix(static_cast<unsigned char>(byte));
    Mix(0x100);
  }
  void Add(uint64_t number) { Mix(number); }

  [[nodiscard]] std::string Hex() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash_));
    return text;
  }

 private:
  void Mix(uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3; }

  uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

void MemoryTarget::AddFile(const std::string& filename, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  files_[filename] = bytes;
}

void MemoryTarget::FailNext(const std::string& method, Status failure) {
  const std::lock_guard lock(mutex_);
  failures_[method].push_back(std::move(failure));
}

void MemoryTarget::Kill() {
  const std::lock_guard lock(mutex_);
  alive_ = false;
  controllers_.clear();
  raids_.clear();
  subsystems_.clear();
}

void MemoryTarget::Restart() {
  const std::lock_guard lock(mutex_);
  alive_ = true;
}

Status MemoryTarget::Enter(const std::string& method) {
  if (!alive_) return SpdkError(kSpdkEpipe, method + ": broken pipe");
  const auto planned = failures_.find(method);
  if (planned == failures_.end() || planned->second.empty()) return {};
  Status failure = planned->second.front();
  planned->second.erase(planned->second.begin());
  return failure;
}

std::string MemoryTarget::NewUuid() {
  char text[40];
  std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(++uuids_));
  return text;
}

uint64_t MemoryTarget::NowSeconds() const {
  const auto since_1970 = options_.clock.Now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since_1970).count());
}

Result<std::string> MemoryTarget::BdevLvolCreateLvstore(const std::string& bdev,
                                                        const std::string& lvs_name,
                                                        uint64_t cluster_bytes) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_create_lvstore"); !status.ok()) return status;
  const auto disk = disks_.find(bdev);
  if (disk == disks_.end()) return NoSuchDevice(bdev);
  if (stores_.contains(lvs_name)) return FileExists(lvs_name);
  for (const auto& [name, store] : stores_) {
    if (store.base_bdev == bdev) {
      return SpdkError(kSpdkEbusy, "Device or resource busy: " + bdev + " holds " + name);
    }
  }
  if (cluster_bytes == 0 || cluster_bytes % disk->second.block_size != 0) {
    return SpdkError(kSpdkEinval, "Invalid argument: cluster_sz");
  }
  const Store store{NewUuid(), bdev, cluster_bytes, disk->second.bytes / cluster_bytes};
  stores_[lvs_name] = store;
  return store.uuid;
}

Status MemoryTarget::BdevLvolDeleteLvstore(const std::string& lvs_name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_delete_lvstore"); !status.ok()) return status;
  if (stores_.erase(lvs_name) == 0) return NoSuchDevice(lvs_name);
  for (auto at = lvols_.begin(); at != lvols_.end();) {
    if (at->second->store == lvs_name) {
      RemoveFromUsers(at->first);
      at = lvols_.erase(at);
    } else {
      ++at;
    }
  }
  return {};
}

Result<std::vector<LvstoreInfo>> MemoryTarget::BdevLvolGetLvstores() {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_get_lvstores"); !status.ok()) return status;
  std::vector<LvstoreInfo> all;
  for (const auto& [name, store] : stores_) {
    all.push_back({store.uuid, name, store.base_bdev, store.total_clusters, FreeClusters(name),
                   disks_.at(store.base_bdev).block_size, store.cluster_bytes});
  }
  return all;
}

uint64_t MemoryTarget::FreeClusters(const std::string& store) const {
  uint64_t used = 0;
  for (const auto& [uuid, lvol] : lvols_) {
    if (lvol->store == store) used += lvol->clusters.size();
  }
  const uint64_t total = stores_.at(store).total_clusters;
  return total > used ? total - used : 0;
}

MemoryTarget::Lvol* MemoryTarget::FindLvol(const std::string& alias_or_uuid) {
  if (const auto found = lvols_.find(alias_or_uuid); found != lvols_.end()) {
    return found->second.get();
  }
  const size_t slash = alias_or_uuid.find('/');
  if (slash == alias_or_uuid.npos) return nullptr;
  for (const auto& [uuid, lvol] : lvols_) {
    if (alias_or_uuid.compare(0, slash, lvol->store) == 0 &&
        alias_or_uuid.compare(slash + 1, alias_or_uuid.npos, lvol->name) == 0) {
      return lvol.get();
    }
  }
  return nullptr;
}

std::vector<MemoryTarget::Lvol*> MemoryTarget::ChildrenOf(const Lvol& lvol) {
  std::vector<Lvol*> children;
  for (const auto& [uuid, each] : lvols_) {
    if (each->parent == &lvol) children.push_back(each.get());
  }
  return children;
}

bool MemoryTarget::LvolNameTaken(const std::string& store, const std::string& name) {
  return FindLvol(LvolAlias(store, name)) != nullptr;
}

MemoryTarget::Lvol& MemoryTarget::AddLvol(const std::string& store, const std::string& name,
                                          uint64_t bytes) {
  auto lvol = std::make_unique<Lvol>();
  lvol->uuid = NewUuid();
  lvol->name = name;
  lvol->store = store;
  lvol->bytes = bytes;
  lvol->creation_time = NowSeconds();
  Lvol& added = *lvol;
  lvols_[added.uuid] = std::move(lvol);
  return added;
}

Result<std::string> MemoryTarget::BdevLvolCreate(const std::string& lvs_name,
                                                 const std::string& lvol_name,
                                                 uint64_t size_in_mib) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_create"); !status.ok()) return status;
  if (!stores_.contains(lvs_name)) return NoSuchDevice(lvs_name);
  if (size_in_mib == 0) return SpdkError(kSpdkInvalidParams, "Invalid parameters: size_in_mib");
  if (LvolNameTaken(lvs_name, lvol_name)) return FileExists(lvol_name);
  return AddLvol(lvs_name, lvol_name, size_in_mib * kMiB).uuid;
}

Result<std::string> MemoryTarget::BdevLvolSnapshot(const std::string& name,
                                                   const std::string& snapshot_name,
                                                   const Xattrs& xattrs) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_snapshot"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  if (lvol == nullptr) return NoSuchDevice(name);
  if (LvolNameTaken(lvol->store, snapshot_name)) return FileExists(snapshot_name);
  Lvol& snapshot = AddLvol(lvol->store, snapshot_name, lvol->bytes);
  snapshot.snapshot = true;
  snapshot.xattrs = xattrs;
  snapshot.parent = std::exchange(lvol->parent, &snapshot);
  snapshot.external = std::exchange(lvol->external, "");
  snapshot.clusters = std::exchange(lvol->clusters, {});
  return snapshot.uuid;
}

Result<std::string> MemoryTarget::BdevLvolClone(const std::string& name,
                                                const std::string& clone_name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_clone"); !status.ok()) return status;
  Lvol* const snapshot = FindLvol(name);
  if (snapshot == nullptr) return NoSuchDevice(name);
  if (!snapshot->snapshot) return SpdkError(kSpdkEinval, "Invalid argument: not a snapshot");
  if (LvolNameTaken(snapshot->store, clone_name)) return FileExists(clone_name);
  Lvol& clone = AddLvol(snapshot->store, clone_name, snapshot->bytes);
  clone.parent = snapshot;
  return clone.uuid;
}

Result<std::string> MemoryTarget::BdevLvolCloneBdev(const std::string& bdev,
                                                    const std::string& lvs_name,
                                                    const std::string& clone_name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_clone_bdev"); !status.ok()) return status;
  if (!stores_.contains(lvs_name)) return NoSuchDevice(lvs_name);
  const Result<BdevInfo> external = Describe(bdev);
  if (!external.ok()) return external.status();
  if (LvolNameTaken(lvs_name, clone_name)) return FileExists(clone_name);
  Lvol& clone = AddLvol(lvs_name, clone_name, external->bytes());
  clone.external = external->name;
  return clone.uuid;
}

Status MemoryTarget::BdevLvolDelete(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_delete"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  if (lvol == nullptr) return NoSuchDevice(name);
  const std::vector<Lvol*> children = ChildrenOf(*lvol);
  if (children.size() > 1) {
    return SpdkError(kSpdkEbusy, "Device or resource busy: " + lvol->name + " has clones");
  }
  for (Lvol* child : children) {
    for (auto& [index, cluster] : lvol->clusters) {
      child->clusters.try_emplace(index, std::move(cluster));
    }
    child->parent = lvol->parent;
    child->external = lvol->external;
    child->checksum.clear();
  }
  RemoveFromUsers(lvol->uuid);
  const std::string uuid = lvol->uuid;
  lvols_.erase(uuid);
  return {};
}

Status MemoryTarget::BdevLvolResize(const std::string& name, uint64_t size_in_mib) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_resize"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  if (lvol == nullptr) return NoSuchDevice(name);
  if (lvol->snapshot) return SpdkError(kSpdkEinval, "Invalid argument: snapshots are read-only");
  lvol->bytes = size_in_mib * kMiB;
  const uint64_t clusters = lvol->bytes / stores_.at(lvol->store).cluster_bytes;
  lvol->clusters.erase(lvol->clusters.lower_bound(clusters), lvol->clusters.end());
  return {};
}

Status MemoryTarget::BdevLvolSetParent(const std::string& name, const std::string& parent_name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_set_parent"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  Lvol* const parent = FindLvol(parent_name);
  if (lvol == nullptr) return NoSuchDevice(name);
  if (parent == nullptr) return NoSuchDevice(parent_name);
  if (lvol->parent == parent) return FileExists(parent_name);
  if (!parent->snapshot || parent == lvol || parent->store != lvol->store ||
      parent->bytes != lvol->bytes) {
    return SpdkError(kSpdkEinval, "Invalid argument: " + parent_name + " cannot be a parent");
  }
  lvol->parent = parent;
  lvol->external.clear();
  return {};
}

Status MemoryTarget::BdevLvolDetachParent(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_detach_parent"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  if (lvol == nullptr) return NoSuchDevice(name);
  lvol->parent = nullptr;
  lvol->external.clear();
  return {};
}

Status MemoryTarget::BdevLvolSetXattr(const std::string& name, const std::string& key,
                                      const std::string& value) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_set_xattr"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  if (lvol == nullptr) return NoSuchDevice(name);
  lvol->xattrs[key] = value;
  return {};
}

Result<std::string> MemoryTarget::BdevLvolGetXattr(const std::string& name,
                                                   const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_get_xattr"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(name);
  if (lvol == nullptr) return NoSuchDevice(name);
  const auto found = lvol->xattrs.find(key);
  if (found == lvol->xattrs.end()) {
    return SpdkError(kSpdkInternal, "No such file or directory");
  }
  return found->second;
}

Result<uint32_t> MemoryTarget::BdevLvolStartShallowCopy(const std::string& snapshot,
                                                        const std::string& dst_bdev) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_start_shallow_copy"); !status.ok()) return status;
  Lvol* const src = FindLvol(snapshot);
  if (src == nullptr) return NoSuchDevice(snapshot);
  if (!src->snapshot) return SpdkError(kSpdkEinval, "Invalid argument: not a snapshot");
  const Result<BdevInfo> dst = Describe(dst_bdev);
  if (!dst.ok()) return dst.status();
  if (dst->bytes() < src->bytes) return SpdkError(kSpdkEinval, "Invalid argument: too small");
  ShallowCopy copy{src->uuid, dst->name, {}, 0, ""};
  for (const auto& [index, cluster] : src->clusters) copy.clusters.push_back(index);
  copies_.push_back(copy);
  return static_cast<uint32_t>(copies_.size() - 1);
}

Result<ShallowCopyStatus> MemoryTarget::BdevLvolCheckShallowCopy(uint32_t operation) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_check_shallow_copy"); !status.ok()) return status;
  if (operation >= copies_.size()) return SpdkError(kSpdkEsrch, "No such process");
  ShallowCopy& copy = copies_[operation];
  // Time has passed since the last question: this much was done in it.
  for (uint64_t n = 0; n < options_.clusters_per_check && copy.error.empty(); ++n) {
    if (copy.done == copy.clusters.size()) break;
    const Lvol* const src = FindLvol(copy.src);
    const Status status = src == nullptr ? NoSuchDevice(copy.src)
                                         : CopyCluster(*src, copy.clusters[copy.done], copy.dst);
    if (status.ok()) {
      ++copy.done;
    } else {
      copy.error = status.message;
    }
  }
  const bool complete = copy.done == copy.clusters.size();
  return ShallowCopyStatus{!copy.error.empty() ? "error"
                           : complete          ? "complete"
                                               : "in progress",
                           copy.done, copy.clusters.size(), copy.error};
}

Status MemoryTarget::BdevLvolRegisterSnapshotChecksum(const std::string& snapshot) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_register_snapshot_checksum"); !status.ok()) return status;
  Lvol* const lvol = FindLvol(snapshot);
  if (lvol == nullptr) return NoSuchDevice(snapshot);
  if (!lvol->snapshot) return SpdkError(kSpdkEinval, "Invalid argument: not a snapshot");
  Checksum checksum;
  for (const auto& [index, cluster] : lvol->clusters) {
    checksum.Add(index);
    for (const auto& [block, data] : cluster) {
      if (data.empty()) continue;  // all zeros, as if it had not been written
      checksum.Add(block);
      checksum.Add(data);
    }
  }
  lvol->checksum = checksum.Hex();
  return {};
}

Result<std::string> MemoryTarget::BdevLvolGetSnapshotChecksum(const std::string& snapshot) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_lvol_get_snapshot_checksum"); !status.ok()) return status;
  const Lvol* const lvol = FindLvol(snapshot);
  if (lvol == nullptr) return NoSuchDevice(snapshot);
  if (lvol->checksum.empty()) return SpdkError(kSpdkEnoent, "No such file or directory");
  return lvol->checksum;
}

}  // namespace longhorn
