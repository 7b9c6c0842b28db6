// See types.h.
#include "systems/pegasus/types.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace pegasus {
namespace {

// One entry for each byte, of the reflected polynomial.
constexpr std::array<uint64_t, 256> MakeCrcTable() {
  std::array<uint64_t, 256> table{};
  for (uint64_t byte = 0; byte < table.size(); ++byte) {
    uint64_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? 0x9a6c9329ac4bc9b5 : 0);
    }
    table[byte] = value;
  }
  return table;
}
constexpr std::array<uint64_t, 256> kCrcTable = MakeCrcTable();

// Reads a decimal number up to `limit` at the front of `text`, and the separator after it.
std::optional<uint32_t> TakeNumber(std::string_view& text, uint32_t limit, char separator) {
  uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || value > limit) return std::nullopt;
  if (separator == '\0') return stop == end ? std::optional(value) : std::nullopt;
  if (stop == end || *stop != separator) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stop - text.data()) + 1);
  return value;
}

}  // namespace

std::string Gpid::ToString() const {
  return std::to_string(app_id) + "." + std::to_string(partition_index);
}

std::string RpcAddress::ToString() const {
  if (!valid()) return "invalid address";
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string((ip >> shift) & 0xff);
    text += shift == 0 ? ':' : '.';
  }
  return text + std::to_string(port);
}

std::optional<RpcAddress> RpcAddress::Parse(std::string_view text) {
  RpcAddress address;
  for (const char separator : {'.', '.', '.', ':'}) {
    const std::optional<uint32_t> part = TakeNumber(text, 255, separator);
    if (!part) return std::nullopt;
    address.ip = (address.ip << 8) | *part;
  }
  const std::optional<uint32_t> port = TakeNumber(text, 65535, '\0');
  if (!port) return std::nullopt;
  address.port = static_cast<uint16_t>(*port);
  return address;
}

uint64_t Crc64(std::string_view bytes) {
  uint64_t crc = ~uint64_t{0};
  for (const char each : bytes) {
    crc = kCrcTable[(crc ^ static_cast<unsigned char>(each)) & 0xff] ^ (crc >> 8);
  }
  return ~crc;
}

std::string StorageKey(std::string_view hash_key, std::string_view sort_key) {
  std::string key;
  key.reserve(2 + hash_key.size() + sort_key.size());
  key += static_cast<char>(hash_key.size() >> 8);
  key += static_cast<char>(hash_key.size() & 0xff);
  key += hash_key;
  key += sort_key;
  return key;
}

std::optional<std::pair<std::string_view, std::string_view>> SplitStorageKey(std::string_view key) {
  if (key.size() < 2) return std::nullopt;
  const size_t length =
      size_t{static_cast<unsigned char>(key[0])} << 8 | static_cast<unsigned char>(key[1]);
  if (key.size() < 2 + length) return std::nullopt;
  return std::pair(key.substr(2, length), key.substr(2 + length));
}

uint64_t PartitionHash(std::string_view hash_key, std::string_view sort_key) {
  return Crc64(hash_key.empty() ? sort_key : hash_key);
}

std::string StorageKeyAfter(std::string_view hash_key) {
  std::string key = StorageKey(hash_key, "");
  while (!key.empty() && static_cast<unsigned char>(key.back()) == 0xff) key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(static_cast<unsigned char>(key.back()) + 1);
  return key;
}

uint32_t ExpiryClock(std::chrono::system_clock::time_point now) {
  const int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return static_cast<uint32_t>(std::max<int64_t>(0, seconds - kEpochOfExpiry));
}

uint32_t ClientTimeoutMs(std::chrono::nanoseconds left) {
  const int64_t milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<uint32_t>(
      std::clamp<int64_t>(milliseconds, 1, std::numeric_limits<int32_t>::max()));
}

}  // namespace pegasus
