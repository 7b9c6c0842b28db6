// See port_allocator.h.
#include "systems/longhorn/port_allocator.h"

#include "systems/base/panic.h"

namespace longhorn {

Result<PortRange> PortAllocator::Allocate(int count) {
  if (count <= 0) return Error(Code::kInvalidArgument, "port count must be positive");
  const std::lock_guard lock(mutex_);
  int candidate = first_;
  for (const auto& [first, size] : taken_) {
    if (first - candidate >= count) break;
    candidate = first + size;
  }
  if (candidate + count - 1 > last_) {
    return Unknown("no " + std::to_string(count) + " consecutive ports are free");
  }
  taken_[candidate] = count;
  return PortRange{candidate, count};
}

void PortAllocator::Release(PortRange range) {
  if (range.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto found = taken_.find(range.first);
  systems::Ensure(found != taken_.end() && found->second == range.count,
                  "ports are given back by who had them");
  taken_.erase(found);
}

int PortAllocator::in_use() const {
  const std::lock_guard lock(mutex_);
  int count = 0;
  for (const auto& [first, size] : taken_) count += size;
  return count;
}

}  // namespace longhorn
