// See entry.h.
#include "systems/olric/entry.h"

namespace olric {
namespace {

void Append(std::string* bytes, uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(value >> shift));
  }
}

uint64_t Take(std::string_view* bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>((*bytes)[i]);
  bytes->remove_prefix(size);
  return value;
}

}  // namespace

std::string EncodeEntry(const Entry& entry) {
  std::string bytes;
  bytes.reserve(EncodedBytes(entry));
  Append(&bytes, entry.key.size(), 1);
  bytes.append(entry.key);
  Append(&bytes, static_cast<uint64_t>(entry.expires_ms), 8);
  Append(&bytes, static_cast<uint64_t>(entry.timestamp), 8);
  Append(&bytes, static_cast<uint64_t>(entry.last_access_ns), 8);
  Append(&bytes, entry.value.size(), 4);
  bytes.append(entry.value);
  return bytes;
}

std::optional<Entry> DecodeEntry(std::string_view bytes) {
  if (bytes.size() < kEntryOverheadBytes) return std::nullopt;
  const size_t key_bytes = Take(&bytes, 1);
  if (bytes.size() < key_bytes + kEntryOverheadBytes - 1) return std::nullopt;
  Entry entry;
  entry.key = bytes.substr(0, key_bytes);
  bytes.remove_prefix(key_bytes);
  entry.expires_ms = static_cast<int64_t>(Take(&bytes, 8));
  entry.timestamp = static_cast<int64_t>(Take(&bytes, 8));
  entry.last_access_ns = static_cast<int64_t>(Take(&bytes, 8));
  if (Take(&bytes, 4) != bytes.size()) return std::nullopt;
  entry.value = bytes;
  return entry;
}

}  // namespace olric
