// See msgpack.h. The tags are those of the MessagePack specification.
#include "systems/olric/msgpack.h"

namespace olric {
namespace {

constexpr uint8_t kFixMap = 0x80;
constexpr uint8_t kFixArray = 0x90;
constexpr uint8_t kFixString = 0xa0;
constexpr uint8_t kUint8 = 0xcc;
constexpr uint8_t kUint64 = 0xcf;
constexpr uint8_t kInt8 = 0xd0;
constexpr uint8_t kInt64 = 0xd3;
constexpr uint8_t kString8 = 0xd9;
constexpr uint8_t kString32 = 0xdb;
constexpr uint8_t kArray16 = 0xdc;
constexpr uint8_t kArray32 = 0xdd;
constexpr uint8_t kMap16 = 0xde;
constexpr uint8_t kMap32 = 0xdf;

}  // namespace

void MsgpackWriter::BigEndian(uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<char>(value >> shift));
  }
}

void MsgpackWriter::Header(uint8_t fixed_base, uint32_t fixed_max, uint8_t wide, uint32_t count) {
  if (count <= fixed_max) {
    bytes_.push_back(static_cast<char>(fixed_base | count));
    return;
  }
  bytes_.push_back(static_cast<char>(wide));
  BigEndian(count, 4);
}

void MsgpackWriter::Map(uint32_t pairs) { Header(kFixMap, 15, kMap32, pairs); }

void MsgpackWriter::Array(uint32_t elements) { Header(kFixArray, 15, kArray32, elements); }

void MsgpackWriter::Uint(uint64_t value) {
  bytes_.push_back(static_cast<char>(kUint64));
  BigEndian(value, 8);
}

void MsgpackWriter::Int(int64_t value) {
  bytes_.push_back(static_cast<char>(kInt64));
  BigEndian(static_cast<uint64_t>(value), 8);
}

void MsgpackWriter::String(std::string_view value) {
  Header(kFixString, 31, kString32, static_cast<uint32_t>(value.size()));
  bytes_.append(value);
}

uint8_t MsgpackReader::Byte() {
  if (!ok_ || bytes_.empty()) {
    ok_ = false;
    return 0;
  }
  const auto byte = static_cast<uint8_t>(bytes_.front());
  bytes_.remove_prefix(1);
  return byte;
}

uint64_t MsgpackReader::BigEndian(int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | Byte();
  return ok_ ? value : 0;
}

uint32_t MsgpackReader::Count(uint64_t count) {
  if (count > bytes_.size()) ok_ = false;
  return ok_ ? static_cast<uint32_t>(count) : 0;
}

uint32_t MsgpackReader::Map() {
  const uint8_t tag = Byte();
  if ((tag & 0xf0) == kFixMap) return Count(tag & 0x0f);
  if (tag == kMap16) return Count(BigEndian(2));
  if (tag == kMap32) return Count(BigEndian(4));
  ok_ = false;
  return 0;
}

uint32_t MsgpackReader::Array() {
  const uint8_t tag = Byte();
  if ((tag & 0xf0) == kFixArray) return Count(tag & 0x0f);
  if (tag == kArray16) return Count(BigEndian(2));
  if (tag == kArray32) return Count(BigEndian(4));
  ok_ = false;
  return 0;
}

uint64_t MsgpackReader::Number(uint8_t tag) {
  if (tag < 0x80) return tag;
  if (tag >= 0xe0) return static_cast<uint64_t>(static_cast<int64_t>(static_cast<int8_t>(tag)));
  if (tag >= kUint8 && tag <= kUint64) return BigEndian(1 << (tag - kUint8));
  if (tag >= kInt8 && tag <= kInt64) {
    const int bytes = 1 << (tag - kInt8);
    const int unused_bits = 64 - 8 * bytes;
    // Shifted up and down again, so that the sign spreads.
    return static_cast<uint64_t>(static_cast<int64_t>(BigEndian(bytes) << unused_bits) >>
                                 unused_bits);
  }
  ok_ = false;
  return 0;
}

uint64_t MsgpackReader::Uint() { return Number(Byte()); }

int64_t MsgpackReader::Int() { return static_cast<int64_t>(Number(Byte())); }

std::string_view MsgpackReader::String() {
  const uint8_t tag = Byte();
  uint32_t size = 0;
  if ((tag & 0xe0) == kFixString) {
    size = Count(tag & 0x1f);
  } else if (tag >= kString8 && tag <= kString32) {
    size = Count(BigEndian(1 << (tag - kString8)));
  } else {
    ok_ = false;
  }
  if (!ok_) return {};
  const std::string_view value = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return value;
}

}  // namespace olric
