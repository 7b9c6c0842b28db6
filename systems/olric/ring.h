// Consistent hashing with bounded loads: which member owns which partition, computed alike by everybody who knows the same
// members.
//
// Each member stands at several points of a circle of hashes. A partition starts at the hash of its number and walks
// clockwise to the first member that still has room: no member gets more than ceil(floor(partitions / members) * load
// factor). When a member leaves, its partitions walk on and most others stay where they are; the bound keeps the one who
// stands behind a large gap from drowning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "systems/olric/member.h"

namespace olric {

struct RingOptions {
  uint32_t partitions = 271;
  uint32_t points_per_member = 20;
  double load_factor = 1.25;
  uint32_t replicas = 1;  // copies of each partition, the owner's included
};

// Immutable.
class Ring {
 public:
  // Panics with upstream's words if the bounds leave no room for all partitions.
  // REQUIRES: at least one member.
  Ring(std::span<const Member> members, const RingOptions& options);

  [[nodiscard]] const Member& OwnerOf(uint32_t partition) const {
    return members_[owners_[partition]];
  }

  // The other members that keep a copy: those behind the owner in the order of their name hashes.
  [[nodiscard]] std::vector<Member> BackupsOf(uint32_t partition) const;

  // How many partitions a member may own at most.
  [[nodiscard]] uint32_t load_max() const { return load_max_; }

 private:
  std::vector<Member> members_;  // by name hash
  std::vector<size_t> owners_;   // of each partition, an index into members_
  uint32_t replicas_;
  uint32_t load_max_;
};

}  // namespace olric
