// A key with its value and its times, and how it looks on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace olric {

struct Entry {
  std::string key;
  std::string value;
  int64_t expires_ms = 0;  // since the epoch; 0 is never
  int64_t timestamp =
      0;  // of the write, nanoseconds since the epoch; the newest version of a key wins
  int64_t last_access_ns = 0;  // since the epoch

  [[nodiscard]] bool ExpiredAt(int64_t now_ms) const {
    return expires_ms != 0 && now_ms >= expires_ms;
  }
  bool operator==(const Entry&) const = default;
};

inline constexpr size_t kKeyBytesMax = 255;
inline constexpr size_t kEntryOverheadBytes = 29;

// Length of the key (1 byte), key, expiry (8), timestamp (8), last access (8), length of the value (4), value; all numbers
// big endian.
[[nodiscard]] std::string EncodeEntry(const Entry& entry);

// Nothing if the bytes are no entry. Never reads beyond them.
[[nodiscard]] std::optional<Entry> DecodeEntry(std::string_view bytes);

// Length of the encoded form.
[[nodiscard]] inline size_t EncodedBytes(const Entry& entry) {
  return kEntryOverheadBytes + entry.key.size() + entry.value.size();
}

}  // namespace olric
