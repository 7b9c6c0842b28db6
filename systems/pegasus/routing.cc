// See routing.h.
#include "systems/pegasus/routing.h"

#include <bit>
#include <utility>

namespace pegasus {

Routing::Made Routing::Make(const QueryCfgResponse& response) {
  if (response.err.code() != ErrorCode::kOk) return {nullptr, response.err.name};
  const int32_t count = response.partition_count;
  if (count < 2 || !std::has_single_bit(static_cast<uint32_t>(count))) {
    return {nullptr, "invalid partition count " + std::to_string(count)};
  }
  if (response.partitions.size() != static_cast<size_t>(count)) {
    return {nullptr, "the configuration does not have all partitions"};
  }
  std::shared_ptr<Routing> routing(new Routing);
  routing->app_id_ = response.app_id;
  routing->routes_.resize(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) {
    const PartitionConfiguration& each = response.partitions[static_cast<size_t>(i)];
    if (each.ballot < 0 && i >= count / 2) {
      routing->routes_[static_cast<size_t>(i)] =
          routing->routes_[static_cast<size_t>(i - count / 2)];
    } else if (each.ballot <= 0 || !each.primary.valid()) {
      return {nullptr, "partition " + std::to_string(i) + " has no primary"};
    } else {
      routing->routes_[static_cast<size_t>(i)] = {{response.app_id, i}, each.primary.ToString()};
    }
  }
  return {std::move(routing), ""};
}

const Route& Routing::For(uint64_t partition_hash) const {
  return routes_[partition_hash % routes_.size()];
}

ErrorPolicy PolicyOf(ErrorCode error) {
  switch (error) {
    case ErrorCode::kOk:
    case ErrorCode::kTimeout:
    case ErrorCode::kNotEnoughMember:
    case ErrorCode::kCapacityExceeded:
    case ErrorCode::kBusy:
    case ErrorCode::kSplitting:
    case ErrorCode::kDiskInsufficient:
      return {.update = false, .retry = false};
    case ErrorCode::kSessionReset:
    case ErrorCode::kInvalidState:
    case ErrorCode::kParentPartitionMisused:
      return {.update = true, .retry = false};
    default:
      return {.update = true, .retry = true};
  }
}

}  // namespace pegasus
