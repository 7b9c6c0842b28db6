// The data behind the target in memory: a read follows the same chain as in SPDK, from the RAID over a connection to the
// lvol, and from there to the first ancestor that holds the cluster. See memory_target.h.
#include <algorithm>
#include <string_view>

#include "systems/longhorn/memory_target.h"
#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

Status OutOfRange() { return SpdkError(kSpdkEinval, "Invalid argument: beyond the end"); }

// Kept without the zeros at the end, which are most of what tests write.
std::string Trim(const std::string& data) {
  const size_t last = data.find_last_not_of('\0');
  return last == data.npos ? "" : data.substr(0, last + 1);
}

}  // namespace

Status MemoryTarget::WriteBlock(const std::string& bdev, uint64_t block, const std::string& data) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("write"); !status.ok()) return status;
  if (data.size() > kBlockBytes) return SpdkError(kSpdkEinval, "Invalid argument: over a block");
  return Write(bdev, block, Trim(data));
}

Result<std::string> MemoryTarget::ReadBlock(const std::string& bdev, uint64_t block) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter("read"); !status.ok()) return status;
  const Result<std::string> data = Read(bdev, block);
  if (!data.ok()) return data.status();
  std::string whole = *data;
  whole.resize(kBlockBytes, '\0');
  return whole;
}

Status MemoryTarget::Write(const std::string& bdev, uint64_t block, const std::string& data) {
  if (Lvol* lvol = FindLvol(bdev); lvol != nullptr) return WriteLvol(*lvol, block, data);
  if (const auto raid = raids_.find(bdev); raid != raids_.end()) {
    return WriteRaid(raid->second, block, data);
  }
  const Result<BdevInfo> info = Describe(bdev);
  if (!info.ok()) return info.status();
  if (!info->nvme) return SpdkError(kSpdkEinval, "Invalid argument: " + bdev);
  const std::string behind = Reach(controllers_.at(info->nvme->controller));
  if (behind.empty()) return SpdkError(kSpdkEio, "Input/output error: " + bdev);
  return Write(behind, block, data);
}

Result<std::string> MemoryTarget::Read(const std::string& bdev, uint64_t block) {
  if (const Lvol* lvol = FindLvol(bdev); lvol != nullptr) return ReadLvol(*lvol, block);
  if (const auto raid = raids_.find(bdev); raid != raids_.end()) {
    return ReadRaid(raid->second, block);
  }
  const Result<BdevInfo> info = Describe(bdev);
  if (!info.ok()) return info.status();
  if (!info->nvme) return SpdkError(kSpdkEinval, "Invalid argument: " + bdev);
  const std::string behind = Reach(controllers_.at(info->nvme->controller));
  if (behind.empty()) return SpdkError(kSpdkEio, "Input/output error: " + bdev);
  return Read(behind, block);
}

// A cluster that is written for the first time is copied up from the ancestors as a whole.
Status MemoryTarget::WriteLvol(Lvol& lvol, uint64_t block, const std::string& data) {
  if (lvol.snapshot) return SpdkError(kSpdkEio, "Input/output error: snapshots are read-only");
  if (block * kBlockBytes >= lvol.bytes) return OutOfRange();
  const uint64_t blocks = stores_.at(lvol.store).cluster_bytes / kBlockBytes;
  const uint64_t index = block / blocks;
  auto cluster = lvol.clusters.find(index);
  if (cluster == lvol.clusters.end()) {
    if (FreeClusters(lvol.store) == 0) {
      return SpdkError(kSpdkEnospc, "No space left on device");
    }
    Result<Cluster> copied = CopyUp(lvol, index);
    if (!copied.ok()) return copied.status();
    cluster = lvol.clusters.emplace(index, *copied).first;
  }
  cluster->second[block % blocks] = data;
  return {};
}

// What a cluster that `lvol` does not hold reads as.
Result<MemoryTarget::Cluster> MemoryTarget::CopyUp(const Lvol& lvol, uint64_t index) {
  const Lvol* oldest = &lvol;
  for (const Lvol* at = lvol.parent; at != nullptr; at = at->parent) {
    if (const auto found = at->clusters.find(index); found != at->clusters.end()) {
      return found->second;
    }
    oldest = at;
  }
  Cluster copied;
  if (oldest->external.empty()) return copied;
  const uint64_t blocks = stores_.at(lvol.store).cluster_bytes / kBlockBytes;
  for (uint64_t i = 0; i < blocks; ++i) {
    Result<std::string> data = Read(oldest->external, index * blocks + i);
    if (!data.ok()) return data.status();
    if (!data->empty()) copied[i] = *data;
  }
  return copied;
}

Result<std::string> MemoryTarget::ReadLvol(const Lvol& lvol, uint64_t block) {
  if (block * kBlockBytes >= lvol.bytes) return OutOfRange();
  const uint64_t blocks = stores_.at(lvol.store).cluster_bytes / kBlockBytes;
  const Lvol* at = &lvol;
  for (;; at = at->parent) {
    // A parent may be smaller than a child that was expanded.
    if (block * kBlockBytes >= at->bytes) return std::string();
    const auto cluster = at->clusters.find(block / blocks);
    if (cluster != at->clusters.end()) {
      const auto data = cluster->second.find(block % blocks);
      return data == cluster->second.end() ? std::string() : data->second;
    }
    if (at->parent == nullptr) break;
  }
  return at->external.empty() ? std::string() : Read(at->external, block);
}

// Goes to every member; one that fails is thrown out.
Status MemoryTarget::WriteRaid(Raid& raid, uint64_t block, const std::string& data) {
  if (block * kBlockBytes >= raid.bytes) return OutOfRange();
  std::erase_if(raid.base_bdevs,
                [&](const std::string& base) { return !Write(base, block, data).ok(); });
  if (raid.base_bdevs.empty()) return SpdkError(kSpdkEio, "Input/output error: no member left");
  return {};
}

Result<std::string> MemoryTarget::ReadRaid(Raid& raid, uint64_t block) {
  if (block * kBlockBytes >= raid.bytes) return OutOfRange();
  while (!raid.base_bdevs.empty()) {
    Result<std::string> data = Read(raid.base_bdevs.front(), block);
    if (data.ok()) return data;
    raid.base_bdevs.erase(raid.base_bdevs.begin());
  }
  return SpdkError(kSpdkEio, "Input/output error: no member left");
}

Status MemoryTarget::CopyCluster(const Lvol& src, uint64_t index, const std::string& dst) {
  const auto cluster = src.clusters.find(index);
  if (cluster == src.clusters.end()) return SpdkError(kSpdkEio, "Input/output error");
  const uint64_t blocks = stores_.at(src.store).cluster_bytes / kBlockBytes;
  // A cluster is allocated at the other end also if it holds nothing but zeros.
  if (cluster->second.empty()) return Write(dst, index * blocks, "");
  for (const auto& [block, data] : cluster->second) {
    if (Status status = Write(dst, index * blocks + block, data); !status.ok()) return status;
  }
  return {};
}

}  // namespace longhorn
