// See replica_tree.h.
#include "systems/longhorn/replica_tree.h"

#include <algorithm>
#include <optional>

#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

// The parent's name as clients know it: a snapshot's of this replica, or the backing image's lvol.
std::string ParentName(const LvolDetail& detail, const std::string& replica) {
  return SnapshotOfLvol(detail.base_snapshot, replica).value_or(detail.base_snapshot);
}

Lvol Describe(const BdevInfo& bdev, const std::string& replica) {
  const std::string lvol_name = LvolOfAlias(bdev.aliases.front());
  Lvol lvol;
  lvol.name = SnapshotOfLvol(lvol_name, replica).value_or(std::string(kHeadName));
  lvol.uuid = bdev.uuid;
  lvol.spec_size = bdev.bytes();
  lvol.actual_size = bdev.lvol->num_allocated_clusters * kClusterBytes;
  lvol.parent = ParentName(*bdev.lvol, replica);
  for (const std::string& clone : bdev.lvol->clones) {
    if (clone == replica) lvol.children.insert(std::string(kHeadName));
    if (const auto snapshot = SnapshotOfLvol(clone, replica)) lvol.children.insert(*snapshot);
  }
  lvol.creation_time = bdev.creation_time;
  return lvol;
}

// A missing attribute has a default; anything else that goes wrong is not an answer.
Status ReadSnapshotAttributes(SpdkTarget& target, Lvol* snapshot) {
  const Result<std::string> user = target.BdevLvolGetXattr(snapshot->uuid, kXattrUserCreated);
  if (user.ok()) {
    snapshot->user_created = *user == "true";
  } else if (user.status().spdk_code != kSpdkInternal) {
    return user.status();
  }
  const Result<std::string> time = target.BdevLvolGetXattr(snapshot->uuid, kXattrTimestamp);
  if (time.ok()) {
    snapshot->snapshot_timestamp = *time;
  } else if (time.status().spdk_code != kSpdkInternal) {
    return time.status();
  }
  const Result<std::string> checksum = target.BdevLvolGetSnapshotChecksum(snapshot->uuid);
  if (checksum.ok()) {
    snapshot->snapshot_checksum = *checksum;
  } else if (checksum.status().spdk_code != kSpdkEnoent) {
    return checksum.status();
  }
  return {};
}

void AddSubtree(const ReplicaTree& tree, const Lvol& root, std::vector<Lvol>* order) {
  order->push_back(root);
  for (const std::string& child : root.children) {
    const auto found = tree.snapshots.find(child);
    if (found != tree.snapshots.end()) AddSubtree(tree, found->second, order);
  }
}

}  // namespace

uint64_t ReplicaTree::actual_size() const {
  uint64_t bytes = head.actual_size;
  for (const auto& [name, snapshot] : snapshots) bytes += snapshot.actual_size;
  return bytes;
}

Result<ReplicaTree> ReadReplicaTree(SpdkTarget& target, const std::string& lvs_name,
                                    const std::string& replica) {
  const Result<std::vector<BdevInfo>> bdevs = target.BdevGetBdevs();
  if (!bdevs.ok()) return bdevs.status();
  ReplicaTree tree;
  bool has_head = false;
  for (const BdevInfo& bdev : *bdevs) {
    if (!bdev.lvol || bdev.aliases.size() != 1) continue;
    const std::string lvol_name = LvolOfAlias(bdev.aliases.front());
    if (bdev.aliases.front() != LvolAlias(lvs_name, lvol_name)) continue;
    if (lvol_name == replica) {
      tree.head = Describe(bdev, replica);
      has_head = true;
    } else if (bdev.lvol->snapshot && SnapshotOfLvol(lvol_name, replica)) {
      Lvol snapshot = Describe(bdev, replica);
      if (Status status = ReadSnapshotAttributes(target, &snapshot); !status.ok()) return status;
      tree.snapshots[snapshot.name] = std::move(snapshot);
    }
  }
  if (!has_head) return Unknown("found nil head bdev lvol for replica " + replica);
  for (std::string at = tree.head.parent; tree.snapshots.contains(at);
       at = tree.snapshots[at].parent) {
    tree.active_chain.push_back(at);
  }
  std::reverse(tree.active_chain.begin(), tree.active_chain.end());
  return tree;
}

std::vector<Lvol> DepthFirst(const ReplicaTree& tree) {
  std::vector<Lvol> order;
  for (const auto& [name, snapshot] : tree.snapshots) {
    if (!tree.snapshots.contains(snapshot.parent)) AddSubtree(tree, snapshot, &order);
  }
  return order;
}

}  // namespace longhorn
