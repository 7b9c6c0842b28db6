// As much MessagePack as the messages between nodes need: unsigned and signed numbers, strings, arrays, maps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace olric {

// Appends values to a string. Counts of arrays and maps come first, then their elements.
class MsgpackWriter {
 public:
  void Map(uint32_t pairs);
  void Array(uint32_t elements);
  void Uint(uint64_t value);
  void Int(int64_t value);
  void String(std::string_view value);

  [[nodiscard]] std::string Take() { return std::move(bytes_); }

 private:
  void BigEndian(uint64_t value, int bytes);
  void Header(uint8_t fixed_base, uint32_t fixed_max, uint8_t wide, uint32_t count);

  std::string bytes_;
};

// Reads what a stranger sent: after the first value that is not what was asked for, ok() is false for good and all values
// are empty.
class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] uint32_t Map();
  [[nodiscard]] uint32_t Array();
  [[nodiscard]] uint64_t Uint();
  [[nodiscard]] int64_t Int();
  [[nodiscard]] std::string_view String();

  [[nodiscard]] bool ok() const { return ok_; }
  // Everything was read, and all of it was good.
  [[nodiscard]] bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  uint8_t Byte();
  uint64_t BigEndian(int bytes);
  // A count cannot be larger than the bytes that are left: refuses to let a short message ask for much memory.
  uint32_t Count(uint64_t count);
  uint64_t Number(uint8_t tag);

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace olric
