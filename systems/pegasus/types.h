// What both sides of the wire speak of: partitions, addresses, blobs, keys and their hash.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "systems/pegasus/error_code.h"

namespace pegasus {

// The name of a partition of a table.
struct Gpid {
  int32_t app_id = 0;
  int32_t partition_index = 0;
  auto operator<=>(const Gpid&) const = default;
  [[nodiscard]] std::string ToString() const;  // "1.2"
};

// An IPv4 address and port. All zero means none.
struct RpcAddress {
  uint32_t ip = 0;  // in host order: 127.0.0.1 is 0x7f000001
  uint16_t port = 0;
  auto operator<=>(const RpcAddress&) const = default;

  [[nodiscard]] bool valid() const { return ip != 0 || port != 0; }
  [[nodiscard]] std::string ToString() const;  // "127.0.0.1:34601"
  // Nothing unless `text` is "a.b.c.d:port".
  [[nodiscard]] static std::optional<RpcAddress> Parse(std::string_view text);
};

// A host by its name; sent beside an address by newer servers.
struct HostPort {
  std::string host;
  uint16_t port = 0;
  uint8_t type = 0;  // 0 invalid, 1 IPv4, 2 group
  bool operator==(const HostPort&) const = default;
};

// Bytes. A type of its own because the wire has another field type for it than for a string.
struct Blob {
  std::string data;
  bool operator==(const Blob&) const = default;
};

// An error as it is sent: by name.
struct WireError {
  std::string name = "ERR_OK";
  [[nodiscard]] ErrorCode code() const { return ErrorFromName(name); }
  bool operator==(const WireError&) const = default;
};

// The CRC-64/NVME of `bytes`.
[[nodiscard]] uint64_t Crc64(std::string_view bytes);

// The key under which a record is stored. `hash_key` is shorter than 65536 bytes.
[[nodiscard]] std::string StorageKey(std::string_view hash_key, std::string_view sort_key);

// Hash key and sort key of a storage key; nothing if it is not one. The views point into `key`.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> SplitStorageKey(
    std::string_view key);

// Chooses the partition: the hash of the hash key, or of the sort key if the hash key is empty.
[[nodiscard]] uint64_t PartitionHash(std::string_view hash_key, std::string_view sort_key);

// The first key after all keys with this hash key; empty if there is none.
[[nodiscard]] std::string StorageKeyAfter(std::string_view hash_key);

// Times of expiry count the seconds since 2016-01-01T00:00:00Z.
inline constexpr int64_t kEpochOfExpiry = 1'451'606'400;
[[nodiscard]] uint32_t ExpiryClock(std::chrono::system_clock::time_point now);

// What is left of a call, for the header: in milliseconds, rounded up, at least 1, and as much as fits (upstream's 32-bit
// nanoseconds turn 5 s into 705 ms).
[[nodiscard]] uint32_t ClientTimeoutMs(std::chrono::nanoseconds left);

}  // namespace pegasus
