// XXH64, which decides where everything lives: partitions of keys, places of members on the ring, identities.
#pragma once

#include <cstdint>
#include <string_view>

namespace olric {

[[nodiscard]] uint64_t Hash64(std::string_view bytes);

// The partition of a key: the hash of the map's name and the key, one after the other, modulo the number of partitions.
[[nodiscard]] uint32_t PartitionOf(std::string_view map, std::string_view key,
                                   uint32_t partition_count);

}  // namespace olric
