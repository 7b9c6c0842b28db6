// The parts of thrift's binary protocol that Pegasus uses: numbers, strings, and the header of a field. Big-endian.
// A reader never throws: what is cut short or out of range makes it not ok(), and everything read after that is zero.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pegasus {

// Types in a field's header.
enum class WireType : uint8_t {
  kStop = 0,
  kBool = 2,
  kByte = 3,
  kDouble = 4,
  kI16 = 6,
  kI32 = 8,
  kI64 = 10,
  kString = 11,
  kStruct =
      12,  // also of blobs, error codes, partitions and addresses, whose payload is a string or number
  kMap = 13,
  kSet = 14,
  kList = 15,
};

class WireWriter {
 public:
  void Byte(uint8_t value) { bytes_ += static_cast<char>(value); }
  void U16(uint16_t value) { Number(value, 2); }
  void U32(uint32_t value) { Number(value, 4); }
  void U64(uint64_t value) { Number(value, 8); }
  void I32(int32_t value) { U32(static_cast<uint32_t>(value)); }
  void I64(int64_t value) { U64(static_cast<uint64_t>(value)); }
  void String(std::string_view value) {
    U32(static_cast<uint32_t>(value.size()));
    bytes_ += value;
  }
  void Raw(std::string_view value) { bytes_ += value; }
  void Field(WireType type, uint16_t id) {
    Byte(static_cast<uint8_t>(type));
    U16(id);
  }
  void Stop() { Byte(0); }
  [[nodiscard]] size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string Take() { return std::move(bytes_); }

 private:
  void Number(uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      Byte(static_cast<uint8_t>(value >> shift));
  }

  std::string bytes_;
};

// Reads from bytes that outlive it.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] uint8_t Byte() { return static_cast<uint8_t>(Number(1)); }
  [[nodiscard]] uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  [[nodiscard]] uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  [[nodiscard]] uint64_t U64() { return Number(8); }
  [[nodiscard]] int32_t I32() { return static_cast<int32_t>(U32()); }
  [[nodiscard]] int64_t I64() { return static_cast<int64_t>(U64()); }
  [[nodiscard]] std::string_view String() { return Raw(U32()); }
  [[nodiscard]] std::string_view Raw(size_t size) {
    if (!ok_ || rest_.size() < size) {
      Fail();
      return {};
    }
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }

  // Passes over a value that is not known. Only of numbers and strings is it certain how long they are: anything else
  // fails, because the type kStruct may stand for a bare number.
  void Skip(WireType type) {
    switch (type) {
      case WireType::kBool:
      case WireType::kByte:
        return static_cast<void>(Raw(1));
      case WireType::kI16:
        return static_cast<void>(Raw(2));
      case WireType::kI32:
        return static_cast<void>(Raw(4));
      case WireType::kI64:
      case WireType::kDouble:
        return static_cast<void>(Raw(8));
      case WireType::kString:
        return static_cast<void>(String());
      default:
        Fail();
    }
  }

  void Fail() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  uint64_t Number(size_t bytes) {
    uint64_t value = 0;
    for (const char each : Raw(bytes)) value = value << 8 | static_cast<unsigned char>(each);
    return value;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace pegasus
