// What the target holds of one replica: its head, the tree of its snapshots, and the chain of those the head reads from.
// Always read as a whole from the target, never patched, so that what an operation did and what is believed cannot drift
// apart.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "systems/longhorn/spdk_target.h"
#include "systems/longhorn/types.h"

namespace longhorn {

inline constexpr char kXattrUserCreated[] = "user_created";
inline constexpr char kXattrTimestamp[] = "snapshot_timestamp";

struct ReplicaTree {
  Lvol head;
  std::map<std::string, Lvol> snapshots;  // by the name that clients know
  std::vector<std::string> active_chain;  // oldest first, without the head

  [[nodiscard]] uint64_t actual_size() const;  // bytes of all
  bool operator==(const ReplicaTree&) const = default;
};

// Reads it: one list of bdevs, and some calls per snapshot. kUnknown "found nil head bdev lvol for replica X" if there is no
// head.
[[nodiscard]] Result<ReplicaTree> ReadReplicaTree(SpdkTarget& target, const std::string& lvs_name,
                                                  const std::string& replica);

// All snapshots, every parent before its children.
[[nodiscard]] std::vector<Lvol> DepthFirst(const ReplicaTree& tree);

}  // namespace longhorn
