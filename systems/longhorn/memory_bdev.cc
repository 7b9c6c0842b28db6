// Disks, RAID1, NVMe-oF subsystems and controllers of the target in memory. See memory_target.h.
#include <algorithm>

#include "systems/longhorn/memory_target.h"
#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

constexpr std::string_view kNamespaceSuffix = "n1";

Status NoSuchDevice(const std::string& name) {
  return SpdkError(kSpdkEnodev, "No such device: " + name);
}

// The controller whose namespace a bdev of that name would be.
std::string ControllerOf(const std::string& bdev) {
  if (!std::string_view(bdev).ends_with(kNamespaceSuffix)) return "";
  return bdev.substr(0, bdev.size() - kNamespaceSuffix.size());
}

}  // namespace

Result<std::vector<BdevInfo>> MemoryTarget::BdevGetBdevs(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_get_bdevs"); !status.ok()) return status;
  std::vector<BdevInfo> all;
  if (!name.empty()) {
    const Result<BdevInfo> one = Describe(name);
    if (!one.ok()) return one.status();
    all.push_back(*one);
    return all;
  }
  for (const auto& [uuid, lvol] : lvols_) all.push_back(DescribeLvol(*lvol));
  for (const auto& [disk_name, disk] : disks_) all.push_back(DescribeDisk(disk_name, disk));
  for (const auto& [controller_name, controller] : controllers_) {
    all.push_back(DescribeController(controller_name, controller));
  }
  for (const auto& [raid_name, raid] : raids_) all.push_back(DescribeRaid(raid_name, raid));
  std::sort(all.begin(), all.end(),
            [](const BdevInfo& a, const BdevInfo& b) { return a.name < b.name; });
  return all;
}

BdevInfo MemoryTarget::DescribeLvol(const Lvol& lvol) {
  LvolDetail detail;
  detail.lvs_uuid = stores_.at(lvol.store).uuid;
  detail.snapshot = lvol.snapshot;
  if (lvol.parent != nullptr) detail.base_snapshot = lvol.parent->name;
  detail.external_snapshot = lvol.external;
  for (const Lvol* child : ChildrenOf(lvol)) detail.clones.push_back(child->name);
  std::sort(detail.clones.begin(), detail.clones.end());
  detail.num_allocated_clusters = lvol.clusters.size();
  BdevInfo info;
  info.name = info.uuid = lvol.uuid;
  info.aliases = {LvolAlias(lvol.store, lvol.name)};
  info.product_name = "Logical Volume";
  info.block_size = kBlockBytes;
  info.num_blocks = lvol.bytes / kBlockBytes;
  info.creation_time = lvol.creation_time;
  info.lvol = std::move(detail);
  return info;
}

BdevInfo MemoryTarget::DescribeDisk(const std::string& name, const Disk& disk) const {
  BdevInfo info;
  info.name = name;
  info.uuid = disk.uuid;
  info.product_name = "AIO disk";
  info.block_size = disk.block_size;
  info.num_blocks = disk.bytes / disk.block_size;
  return info;
}

BdevInfo MemoryTarget::DescribeController(const std::string& name, const Controller& nvme) {
  BdevInfo info;
  info.name = name + std::string(kNamespaceSuffix);
  info.uuid = nvme.uuid;
  info.product_name = "NVMe disk";
  info.block_size = kBlockBytes;
  uint64_t bytes = nvme.bytes;
  if (const std::string behind = Reach(nvme); !behind.empty()) {
    if (const Result<BdevInfo> bdev = Describe(behind); bdev.ok()) bytes = bdev->bytes();
  }
  info.num_blocks = bytes / kBlockBytes;
  info.nvme = NvmeDetail{name, nvme.traddr, nvme.trsvcid, nvme.subnqn};
  return info;
}

BdevInfo MemoryTarget::DescribeRaid(const std::string& name, const Raid& raid) const {
  BdevInfo info;
  info.name = name;
  info.uuid = raid.uuid;
  info.product_name = "Raid Volume";
  info.block_size = kBlockBytes;
  info.num_blocks = raid.bytes / kBlockBytes;
  info.raid = RaidDetail{raid.base_bdevs};
  return info;
}

Result<BdevInfo> MemoryTarget::Describe(const std::string& bdev) {
  if (const Lvol* lvol = FindLvol(bdev); lvol != nullptr) return DescribeLvol(*lvol);
  if (const auto disk = disks_.find(bdev); disk != disks_.end()) {
    return DescribeDisk(disk->first, disk->second);
  }
  if (const auto raid = raids_.find(bdev); raid != raids_.end()) {
    return DescribeRaid(raid->first, raid->second);
  }
  if (const auto nvme = controllers_.find(ControllerOf(bdev)); nvme != controllers_.end()) {
    return DescribeController(nvme->first, nvme->second);
  }
  return NoSuchDevice(bdev);
}

void MemoryTarget::RemoveFromUsers(const std::string& bdev) {
  for (auto& [nqn, subsystem] : subsystems_) {
    if (subsystem.bdev == bdev) subsystem.bdev.clear();
  }
  for (auto& [name, raid] : raids_) std::erase(raid.base_bdevs, bdev);
}

Status MemoryTarget::BdevAioCreate(const std::string& filename, const std::string& name,
                                   uint32_t block_size) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_aio_create"); !status.ok()) return status;
  const auto file = files_.find(filename);
  if (file == files_.end()) {
    return SpdkError(kSpdkEnoent, "No such file or directory: " + filename);
  }
  if (block_size == 0) return SpdkError(kSpdkInvalidParams, "Invalid parameters: block_size");
  if (Describe(name).ok()) return SpdkError(kSpdkEexist, "File exists: " + name);
  disks_[name] = Disk{filename, NewUuid(), block_size, file->second};
  return {};
}

Status MemoryTarget::BdevAioDelete(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_aio_delete"); !status.ok()) return status;
  for (const auto& [lvs, store] : stores_) {
    if (store.base_bdev == name) return SpdkError(kSpdkEbusy, "Device or resource busy: " + name);
  }
  return disks_.erase(name) == 0 ? NoSuchDevice(name) : Status{};
}

Status MemoryTarget::BdevRaidCreate(const std::string& name,
                                    const std::vector<std::string>& base_bdevs) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_raid_create"); !status.ok()) return status;
  if (base_bdevs.empty()) return SpdkError(kSpdkEinval, "Invalid argument: no base bdevs");
  if (Describe(name).ok()) return SpdkError(kSpdkEexist, "File exists: " + name);
  Raid raid{NewUuid(), base_bdevs, 0};
  for (const std::string& base : base_bdevs) {
    const Result<BdevInfo> info = Describe(base);
    if (!info.ok()) return info.status();
    raid.bytes = raid.bytes == 0 ? info->bytes() : std::min(raid.bytes, info->bytes());
  }
  raids_[name] = raid;
  return {};
}

Status MemoryTarget::BdevRaidDelete(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_raid_delete"); !status.ok()) return status;
  if (raids_.erase(name) == 0) return NoSuchDevice(name);
  RemoveFromUsers(name);
  return {};
}

Status MemoryTarget::BdevRaidGrowBaseBdev(const std::string& name, const std::string& base) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_raid_grow_base_bdev"); !status.ok()) return status;
  const auto raid = raids_.find(name);
  if (raid == raids_.end()) return NoSuchDevice(name);
  const Result<BdevInfo> info = Describe(base);
  if (!info.ok()) return info.status();
  std::vector<std::string>& bases = raid->second.base_bdevs;
  if (std::find(bases.begin(), bases.end(), base) != bases.end()) {
    return SpdkError(kSpdkEexist, "File exists: " + base);
  }
  if (info->bytes() < raid->second.bytes) {
    return SpdkError(kSpdkEinval, "Invalid argument: " + base + " is too small");
  }
  bases.push_back(base);
  return {};
}

Status MemoryTarget::BdevRaidRemoveBaseBdev(const std::string& base) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_raid_remove_base_bdev"); !status.ok()) return status;
  for (auto& [name, raid] : raids_) {
    if (std::erase(raid.base_bdevs, base) > 0) return {};
  }
  return NoSuchDevice(base);
}

Result<std::string> MemoryTarget::BdevNvmeAttachController(const std::string& name,
                                                           const std::string& traddr, int trsvcid,
                                                           const std::string& subnqn) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_nvme_attach_controller"); !status.ok()) return status;
  if (controllers_.contains(name)) {
    return SpdkError(kSpdkEalready, "A controller named " + name + " already exists");
  }
  Controller controller{traddr, trsvcid, subnqn, NewUuid(), 0};
  const std::string behind = Reach(controller);
  if (behind.empty()) return SpdkError(kSpdkEio, "Input/output error: nobody at " + subnqn);
  const Result<BdevInfo> bdev = Describe(behind);
  if (!bdev.ok()) return bdev.status();
  controller.bytes = bdev->bytes();
  controllers_[name] = controller;
  return name + std::string(kNamespaceSuffix);
}

Status MemoryTarget::BdevNvmeDetachController(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("bdev_nvme_detach_controller"); !status.ok()) return status;
  if (controllers_.erase(name) == 0) return NoSuchDevice(name);
  RemoveFromUsers(name + std::string(kNamespaceSuffix));
  return {};
}

std::string MemoryTarget::Reach(const Controller& controller) const {
  const auto subsystem = subsystems_.find(controller.subnqn);
  if (subsystem == subsystems_.end() || subsystem->second.trsvcid != controller.trsvcid ||
      subsystem->second.traddr != controller.traddr) {
    return "";
  }
  return subsystem->second.bdev;
}

Status MemoryTarget::NvmfCreateSubsystem(const std::string& nqn) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("nvmf_create_subsystem"); !status.ok()) return status;
  if (!subsystems_.emplace(nqn, SubsystemInfo{nqn, "", "", 0}).second) {
    return SpdkError(kSpdkInternal, "Unable to create subsystem " + nqn);
  }
  return {};
}

Status MemoryTarget::NvmfSubsystemAddNs(const std::string& nqn, const std::string& bdev) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("nvmf_subsystem_add_ns"); !status.ok()) return status;
  const auto subsystem = subsystems_.find(nqn);
  const Result<BdevInfo> info = Describe(bdev);
  if (subsystem == subsystems_.end() || !info.ok() || !subsystem->second.bdev.empty()) {
    return SpdkError(kSpdkInvalidParams, "Invalid parameters: " + nqn + ", " + bdev);
  }
  subsystem->second.bdev = info->name;
  return {};
}

Status MemoryTarget::NvmfSubsystemAddListener(const std::string& nqn, const std::string& traddr,
                                              int trsvcid) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("nvmf_subsystem_add_listener"); !status.ok()) return status;
  const auto subsystem = subsystems_.find(nqn);
  if (subsystem == subsystems_.end() || subsystem->second.trsvcid != 0 || trsvcid <= 0) {
    return SpdkError(kSpdkInvalidParams, "Invalid parameters: " + nqn);
  }
  subsystem->second.traddr = traddr;
  subsystem->second.trsvcid = trsvcid;
  return {};
}

Status MemoryTarget::NvmfDeleteSubsystem(const std::string& nqn) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("nvmf_delete_subsystem"); !status.ok()) return status;
  return subsystems_.erase(nqn) == 0 ? NoSuchDevice(nqn) : Status{};
}

Result<std::vector<SubsystemInfo>> MemoryTarget::NvmfGetSubsystems() {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("nvmf_get_subsystems"); !status.ok()) return status;
  std::vector<SubsystemInfo> all;
  for (const auto& [nqn, subsystem] : subsystems_) all.push_back(subsystem);
  return all;
}

}  // namespace longhorn
