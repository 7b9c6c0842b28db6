// The routing table as a value, and the payloads in which nodes send it and what belongs to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "systems/olric/entry.h"
#include "systems/olric/member.h"

namespace olric {

// Which copies of a partition: the one that answers, or the replicas. The numbers are those of the wire.
enum class Kind { kPrimary = 1, kBackup = 2 };

// Where a partition lives.
struct Route {
  std::vector<Member> owners;  // the last one owns it; those before still hold data of it
  std::vector<Member>
      backups;  // the last ReplicaCount-1 keep its replicas; those before still hold some

  [[nodiscard]] const std::vector<Member>& holders(Kind kind) const {
    return kind == Kind::kPrimary ? owners : backups;
  }
  [[nodiscard]] std::vector<Member>& holders(Kind kind) {
    return kind == Kind::kPrimary ? owners : backups;
  }
  bool operator==(const Route&) const = default;
};

using Routes = std::vector<Route>;  // by partition

[[nodiscard]] bool Holds(const std::vector<Member>& holders, uint64_t member_id);

// Payload of INTERNAL.NODE.UPDATEROUTING.
[[nodiscard]] std::string EncodeRoutes(const Routes& routes);
// Nothing unless it describes exactly the partitions 0 to count-1, each with an owner.
[[nodiscard]] std::optional<Routes> DecodeRoutes(std::string_view payload, uint32_t count);

// What a node answers to a routing table: of which partitions it holds data although the table does not say so.
struct LeftOver {
  std::vector<uint32_t> partitions;
  std::vector<uint32_t> backups;
};
[[nodiscard]] std::string EncodeLeftOver(const LeftOver& report);
[[nodiscard]] std::optional<LeftOver> DecodeLeftOver(std::string_view payload, uint32_t count);

// Payload of INTERNAL.NODE.MOVEFRAGMENT: entries of one map of one partition.
struct MovedFragment {
  uint32_t partition = 0;
  Kind kind = Kind::kPrimary;
  std::string name;  // "dmap." and the name of the map
  std::vector<Entry> entries;
};
[[nodiscard]] std::string EncodeFragment(const MovedFragment& fragment);
[[nodiscard]] std::optional<MovedFragment> DecodeFragment(std::string_view payload);

}  // namespace olric
