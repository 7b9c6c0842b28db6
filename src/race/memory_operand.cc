// See memory_operand.h.
#include "race/memory_operand.h"

#include <cstring>

namespace heddle::race {
namespace {

enum class Map : uint8_t { kOneByte, k0F, k0F38, k0F3A };

struct Prefixes {
  bool operand_size = false;  // 66
  bool repeat = false;        // F3
  bool repeat_not = false;    // F2
  bool thread_relative = false;
  uint8_t rex = 0;
  bool vex = false;
  bool wide = false;  // VEX.L: 32 bytes
};

// What an instruction does with the memory that its ModRM byte names.
enum class Use : uint8_t { kNone, kRead, kWrite, kBoth };

class Decoder {
 public:
  Decoder(const uint8_t* code, const InstructionContext& context)
      : code_(code), at_(code), context_(context) {}

  int Decode(MemoryOperand* operands);

 private:
  [[nodiscard]] bool ReadPrefixes();
  [[nodiscard]] bool ReadVex();
  void ReadOpcode();
  [[nodiscard]] bool HasModRm() const;
  [[nodiscard]] int ImmediateBytes(uint8_t reg) const;
  [[nodiscard]] Use UseOf(uint8_t reg) const;
  [[nodiscard]] Use UseOfOneByte(uint8_t reg) const;
  [[nodiscard]] Use UseOf0F(uint8_t reg) const;
  [[nodiscard]] uint32_t Bytes() const;
  [[nodiscard]] uint64_t Address(uint8_t modrm, int immediate_bytes);
  [[nodiscard]] int StringOperands(MemoryOperand* operands) const;

  // The register with this number, extended by a bit of the REX prefix.
  [[nodiscard]] uint64_t Register(uint8_t number, uint8_t rex_bit) const {
    return context_.registers[number | ((prefixes_.rex & rex_bit) != 0 ? 8 : 0)];
  }

  static constexpr uint8_t kRexB = 1;
  static constexpr uint8_t kRexX = 2;
  static constexpr uint8_t kRexW = 8;

  const uint8_t* const code_;
  const uint8_t* at_;
  const InstructionContext& context_;
  Prefixes prefixes_;
  Map map_ = Map::kOneByte;
  uint8_t opcode_ = 0;
};

// False for what is not decoded.
bool Decoder::ReadPrefixes() {
  for (int i = 0; i < kInstructionBytesMax; ++i, ++at_) {
    switch (*at_) {
      case 0x66:
        prefixes_.operand_size = true;
        continue;
      case 0xf3:
        prefixes_.repeat = true;
        continue;
      case 0xf2:
        prefixes_.repeat_not = true;
        continue;
      case 0x64:
      case 0x65:
        prefixes_.thread_relative = true;
        continue;
      case 0xf0:
      case 0x2e:
      case 0x36:
      case 0x3e:
      case 0x26:
        continue;
      case 0x67:
        return false;  // 32-bit addresses
      default:
        break;
    }
    break;
  }
  if ((*at_ & 0xf0) == 0x40) prefixes_.rex = *at_++;
  return *at_ != 0x62;
}

bool Decoder::ReadVex() {
  prefixes_.vex = true;
  const bool three = *at_++ == 0xc4;
  uint8_t last = at_[0];
  map_ = Map::k0F;
  if (three) {
    const uint8_t extended = static_cast<uint8_t>(~at_[0]);
    prefixes_.rex |= (extended & 0x40) != 0 ? kRexX : 0;
    prefixes_.rex |= (extended & 0x20) != 0 ? kRexB : 0;
    const uint8_t map = at_[0] & 0x1f;
    if (map < 1 || map > 3) return false;
    map_ = static_cast<Map>(map);
    last = at_[1];
    ++at_;
  }
  ++at_;
  prefixes_.wide = (last & 4) != 0;
  prefixes_.operand_size = (last & 3) == 1;
  prefixes_.repeat = (last & 3) == 2;
  prefixes_.repeat_not = (last & 3) == 3;
  opcode_ = *at_++;
  return true;
}

void Decoder::ReadOpcode() {
  opcode_ = *at_++;
  if (opcode_ != 0x0f) return;
  map_ = Map::k0F;
  opcode_ = *at_++;
  if (opcode_ == 0x38 || opcode_ == 0x3a) {
    map_ = opcode_ == 0x38 ? Map::k0F38 : Map::k0F3A;
    opcode_ = *at_++;
  }
}

bool Decoder::HasModRm() const {
  const uint8_t op = opcode_;
  if (map_ == Map::k0F38 || map_ == Map::k0F3A) return true;
  if (map_ == Map::k0F) {
    if (op >= 0x05 && op <= 0x0b) return false;
    if (op >= 0x30 && op <= 0x37) return false;
    if (op >= 0x80 && op <= 0x8f) return false;
    if (op >= 0xc8 && op <= 0xcf) return false;
    return op != 0x0e && op != 0x77 && op != 0xa0 && op != 0xa1 && op != 0xa2 && op != 0xa8 &&
           op != 0xa9 && op != 0xaa;
  }
  if (op < 0x40) return (op & 7) < 4;
  return op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x80 && op <= 0x8f) || op == 0xc0 ||
         op == 0xc1 || op == 0xc6 || op == 0xc7 || (op >= 0xd0 && op <= 0xd3) ||
         (op >= 0xd8 && op <= 0xdf) || op == 0xf6 || op == 0xf7 || op == 0xfe || op == 0xff;
}

// Needed for what is addressed relative to the end of the instruction.
int Decoder::ImmediateBytes(uint8_t reg) const {
  const uint8_t op = opcode_;
  if (map_ == Map::k0F3A) return 1;
  if (map_ == Map::k0F38) return 0;
  if (map_ == Map::k0F) {
    const bool one = (op >= 0x70 && op <= 0x73) || op == 0xa4 || op == 0xac || op == 0xba ||
                     op == 0xc2 || op == 0xc4 || op == 0xc5 || op == 0xc6;
    return one ? 1 : 0;
  }
  const int full = prefixes_.operand_size && (prefixes_.rex & kRexW) == 0 ? 2 : 4;
  if (op == 0x6b || op == 0x80 || op == 0x83 || op == 0xc0 || op == 0xc1 || op == 0xc6) return 1;
  if (op == 0x69 || op == 0x81 || op == 0xc7) return full;
  if (op == 0xf6 && reg < 2) return 1;
  if (op == 0xf7 && reg < 2) return full;
  return 0;
}

Use Decoder::UseOf(uint8_t reg) const {
  switch (map_) {
    case Map::kOneByte:
      return UseOfOneByte(reg);
    case Map::k0F:
      return UseOf0F(reg);
    case Map::k0F38:
      // movbe and the masked stores write.
      if (opcode_ == 0xf1 && !prefixes_.vex && !prefixes_.repeat_not) return Use::kWrite;
      if (prefixes_.vex && (opcode_ == 0x2e || opcode_ == 0x2f || opcode_ == 0x8e))
        return Use::kWrite;
      // Gathers have an address for each element.
      return prefixes_.vex && opcode_ >= 0x90 && opcode_ <= 0x93 ? Use::kNone : Use::kRead;
    case Map::k0F3A:
      return (opcode_ >= 0x14 && opcode_ <= 0x17) || opcode_ == 0x19 || opcode_ == 0x1d ||
                     opcode_ == 0x39
                 ? Use::kWrite
                 : Use::kRead;
  }
  return Use::kNone;
}

Use Decoder::UseOfOneByte(uint8_t reg) const {
  const uint8_t op = opcode_;
  if (op < 0x40) {
    const bool compares = (op & 0x38) == 0x38;
    const bool to_memory = (op & 7) < 2;
    return to_memory && !compares ? Use::kBoth : Use::kRead;
  }
  switch (op) {
    case 0x80:
    case 0x81:
    case 0x83:
      return reg == 7 ? Use::kRead : Use::kBoth;
    case 0x86:
    case 0x87:
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return Use::kBoth;
    case 0x88:
    case 0x89:
    case 0x8c:
    case 0x8f:
    case 0xc6:
    case 0xc7:
      return Use::kWrite;
    case 0x8d:
      return Use::kNone;  // lea
    case 0xf6:
    case 0xf7:
      return reg == 2 || reg == 3 ? Use::kBoth : Use::kRead;
    case 0xfe:
    case 0xff:
      return reg < 2 ? Use::kBoth : Use::kRead;
    case 0xd9:
    case 0xdb:
    case 0xdd:
    case 0xdf:
      return reg == 2 || reg == 3 || reg == 7 ? Use::kWrite : Use::kRead;  // x87 stores
    default:
      return Use::kRead;
  }
}

Use Decoder::UseOf0F(uint8_t reg) const {
  const uint8_t op = opcode_;
  if (op >= 0x90 && op <= 0x9f) return Use::kWrite;  // setcc
  switch (op) {
    case 0x0d:
    case 0x18:
    case 0x19:
    case 0x1a:
    case 0x1b:
    case 0x1c:
    case 0x1d:
    case 0x1e:
    case 0x1f:
      return Use::kNone;  // prefetches and no-operations
    case 0x11:
    case 0x13:
    case 0x17:
    case 0x29:
    case 0x2b:
    case 0x7f:
    case 0xc3:
    case 0xd6:
    case 0xe7:
      return Use::kWrite;
    case 0x7e:
      return prefixes_.repeat ? Use::kRead : Use::kWrite;
    case 0xa4:
    case 0xa5:
    case 0xab:
    case 0xac:
    case 0xad:
    case 0xb0:
    case 0xb1:
    case 0xb3:
    case 0xbb:
    case 0xc0:
    case 0xc1:
      return Use::kBoth;
    case 0xba:
      return reg > 4 ? Use::kBoth : Use::kRead;
    case 0xc7:
      return reg == 1 ? Use::kBoth : Use::kNone;
    case 0xae:
      return Use::kNone;  // fences, saving of the vector state
    default:
      return Use::kRead;
  }
}

uint32_t Decoder::Bytes() const {
  const uint8_t op = opcode_;
  if (prefixes_.wide) return 32;
  if (map_ == Map::kOneByte) {
    const bool byte_form = (op < 0x40 && (op & 1) == 0) || op == 0x80 || op == 0x84 || op == 0x86 ||
                           op == 0x88 || op == 0x8a || op == 0xc0 || op == 0xc6 || op == 0xd0 ||
                           op == 0xd2 || op == 0xf6 || op == 0xfe;
    return byte_form ? 1 : (prefixes_.rex & kRexW) != 0 ? 8 : prefixes_.operand_size ? 2 : 4;
  }
  if (map_ == Map::k0F) {
    const bool byte_form =
        (op >= 0x90 && op <= 0x9f) || op == 0xb0 || op == 0xc0 || op == 0xb6 || op == 0xbe;
    if (byte_form) return 1;
    if (op == 0xc7) return (prefixes_.rex & kRexW) != 0 ? 16 : 8;
    const bool vector = op == 0x10 || op == 0x11 || op == 0x28 || op == 0x29 || op == 0x2b ||
                        op == 0x6f || op == 0x7f || op == 0xe7;
    if (vector && !prefixes_.repeat_not && !(prefixes_.repeat && op < 0x20)) return 16;
    const bool general = op >= 0xa3;
    if (general && op < 0xd0) return (prefixes_.rex & kRexW) != 0 ? 8 : 4;
  }
  return 8;
}

uint64_t Decoder::Address(uint8_t modrm, int immediate_bytes) {
  const uint8_t mod = modrm >> 6;
  uint8_t base = modrm & 7;
  uint64_t address = 0;
  bool has_base = true;
  if (base == 4) {
    const uint8_t sib = *at_++;
    const uint8_t index = sib >> 3 & 7;
    base = sib & 7;
    const bool has_index = index != 4 || (prefixes_.rex & kRexX) != 0;
    if (has_index) address += Register(index, kRexX) << (sib >> 6);
    has_base = !(base == 5 && mod == 0);
  } else if (base == 5 && mod == 0) {
    int32_t displacement;
    memcpy(&displacement, at_, sizeof displacement);
    at_ += sizeof displacement;
    const auto length = static_cast<uint64_t>(at_ - code_ + immediate_bytes);
    return context_.rip + length + static_cast<uint64_t>(int64_t{displacement});
  }
  if (has_base) address += Register(base, kRexB);
  if (mod == 1) {
    address += static_cast<uint64_t>(int64_t{static_cast<int8_t>(*at_++)});
  } else if (mod == 2 || !has_base) {
    int32_t displacement;
    memcpy(&displacement, at_, sizeof displacement);
    at_ += sizeof displacement;
    address += static_cast<uint64_t>(int64_t{displacement});
  }
  return address;
}

int Decoder::StringOperands(MemoryOperand* operands) const {
  const uint64_t source = context_.registers[6];
  const uint64_t destination = context_.registers[7];
  const uint32_t bytes = (opcode_ & 1) == 0             ? 1
                         : (prefixes_.rex & kRexW) != 0 ? 8
                         : prefixes_.operand_size       ? 2
                                                        : 4;
  const bool repeats = prefixes_.repeat || prefixes_.repeat_not;
  if (repeats && context_.registers[1] == 0) return 0;
  switch (opcode_ & 0xfe) {
    case 0xa4:  // movs
      operands[0] = {source, bytes, true, false};
      operands[1] = {destination, bytes, false, true};
      return 2;
    case 0xa6:  // cmps
      operands[0] = {source, bytes, true, false};
      operands[1] = {destination, bytes, true, false};
      return 2;
    case 0xaa:  // stos
      operands[0] = {destination, bytes, false, true};
      return 1;
    case 0xac:  // lods
      operands[0] = {source, bytes, true, false};
      return 1;
    case 0xae:  // scas
      operands[0] = {destination, bytes, true, false};
      return 1;
    default:
      return 0;
  }
}

int Decoder::Decode(MemoryOperand* operands) {
  if (!ReadPrefixes() || prefixes_.thread_relative) return 0;
  if (*at_ == 0xc4 || *at_ == 0xc5) {
    if (!ReadVex()) return 0;
  } else {
    ReadOpcode();
  }
  if (map_ == Map::kOneByte) {
    const int count = StringOperands(operands);
    if (count > 0) return count;
  }
  if (!HasModRm()) return 0;
  const uint8_t modrm = *at_++;
  if (modrm >> 6 == 3) return 0;
  const uint8_t reg = modrm >> 3 & 7;
  const Use use = UseOf(reg);
  if (use == Use::kNone) return 0;
  operands[0] = {Address(modrm, ImmediateBytes(reg)), Bytes(), use != Use::kWrite,
                 use != Use::kRead};
  return 1;
}

}  // namespace

int MemoryOperandsOf(const uint8_t* code, const InstructionContext& context,
                     MemoryOperand* operands) {
  return Decoder(code, context).Decode(operands);
}

}  // namespace heddle::race
