// See ring.h.
#include "systems/olric/ring.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "systems/base/panic.h"
#include "systems/olric/hash.h"

namespace olric {
namespace {

struct Point {
  uint64_t hash;
  size_t member;
};

uint64_t HashOfPartition(uint32_t partition) {
  std::string key(8, '\0');
  for (int byte = 0; byte < 4; ++byte) key[byte] = static_cast<char>(partition >> (8 * byte));
  return Hash64(key);
}

std::vector<Point> PointsOf(std::span<const Member> members, uint32_t points_per_member) {
  std::vector<Point> points;
  points.reserve(members.size() * points_per_member);
  for (size_t member = 0; member < members.size(); ++member) {
    for (uint32_t i = 0; i < points_per_member; ++i) {
      points.push_back({Hash64(members[member].name + std::to_string(i)), member});
    }
  }
  std::sort(points.begin(), points.end(),
            [](const Point& one, const Point& other) { return one.hash < other.hash; });
  return points;
}

}  // namespace

Ring::Ring(std::span<const Member> members, const RingOptions& options)
    : members_(members.begin(), members.end()), replicas_(options.replicas) {
  std::sort(members_.begin(), members_.end(),
            [](const Member& one, const Member& other) { return one.name_hash < other.name_hash; });
  const auto fair_share = static_cast<double>(options.partitions / members_.size());
  load_max_ = static_cast<uint32_t>(std::ceil(fair_share * options.load_factor));
  const std::vector<Point> points = PointsOf(members_, options.points_per_member);
  std::vector<uint32_t> loads(members_.size());
  owners_.reserve(options.partitions);
  for (uint32_t partition = 0; partition < options.partitions; ++partition) {
    const auto first =
        std::lower_bound(points.begin(), points.end(), HashOfPartition(partition),
                         [](const Point& point, uint64_t hash) { return point.hash < hash; });
    size_t at = static_cast<size_t>(first - points.begin()) % points.size();
    size_t walked = 0;
    while (loads[points[at].member] + 1 > load_max_) {
      systems::Ensure(++walked < points.size(), "not enough room to distribute partitions");
      at = (at + 1) % points.size();
    }
    ++loads[points[at].member];
    owners_.push_back(points[at].member);
  }
}

std::vector<Member> Ring::BackupsOf(uint32_t partition) const {
  const size_t count = std::min<size_t>(replicas_, members_.size());
  std::vector<Member> backups;
  for (size_t i = 1; i < count; ++i) {
    backups.push_back(members_[(owners_[partition] + i) % members_.size()]);
  }
  return backups;
}

}  // namespace olric
