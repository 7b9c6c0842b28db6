// Where shadow memory lies. Each 4-byte granule of the program's memory has a cell of two words: the last write and the
// last read (clock/epoch.h). So the cell of an aligned 4-byte access is one address computation away, and two adjacent
// ints under different locks never share a cell.
//
// The program's 47-bit addresses are folded to 44 bits: executables (0x55…, 0x56…), libraries and stacks (0x7d…0x7f…)
// and non-PIE programs (0x0…) stay apart because their bits 40..43 differ. Two addresses that fold together are told
// apart when a race is diagnosed: the earlier access is looked for by its full address.
//
//   0x1000'0000'0000  shadow base        0x5000'0000'0000  end (64 TiB reserved, touched as used)
#pragma once

#include <cstdint>

#include "clock/epoch.h"

namespace heddle::race {

struct Cell {
  AccessWord write;
  AccessWord read;
};

inline constexpr uintptr_t kShadowBase = 0x1000'0000'0000;
inline constexpr uintptr_t kAddressMask = (uintptr_t{1} << 44) - 1;
inline constexpr uintptr_t kGranuleBytes = 4;
inline constexpr uintptr_t kShadowScale = sizeof(Cell) / kGranuleBytes;
inline constexpr uintptr_t kShadowBytes = (kAddressMask + 1) * kShadowScale;

[[nodiscard]] inline Cell* CellOf(uintptr_t address) {
  return reinterpret_cast<Cell*>(kShadowBase +
                                 (address & kAddressMask & ~(kGranuleBytes - 1)) * kShadowScale);
}

}  // namespace heddle::race
