// The ports of one node, given out in consecutive ranges.
#pragma once

#include <map>
#include <mutex>

#include "systems/longhorn/status.h"

namespace longhorn {

// Ports [first, first + count); none if count is 0.
struct PortRange {
  int first = 0;
  int count = 0;

  [[nodiscard]] bool empty() const { return count == 0; }
  [[nodiscard]] int last() const { return empty() ? 0 : first + count - 1; }
};

// Thread-safe.
class PortAllocator {
 public:
  // Ports `first` to `last`, both of them included.
  PortAllocator(int first, int last) : first_(first), last_(last) {}
  PortAllocator(const PortAllocator&) = delete;
  PortAllocator& operator=(const PortAllocator&) = delete;

  // The lowest free range of that many ports. kUnknown if there is none.
  [[nodiscard]] Result<PortRange> Allocate(int count);

  // Gives a range back; an empty one is ignored. Panics if it was not given out: then two owners believed that it is theirs.
  void Release(PortRange range);

  [[nodiscard]] int in_use() const;

 private:
  const int first_;
  const int last_;
  mutable std::mutex mutex_;
  std::map<int, int> taken_;  // count by first port; guarded by mutex_
};

}  // namespace longhorn
