// See hash.h.
#include "systems/olric/hash.h"

#include <xxhash.h>

#include <string>

namespace olric {

uint64_t Hash64(std::string_view bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

uint32_t PartitionOf(std::string_view map, std::string_view key, uint32_t partition_count) {
  std::string both;
  both.reserve(map.size() + key.size());
  both.append(map).append(key);
  return static_cast<uint32_t>(Hash64(both) % partition_count);
}

}  // namespace olric
