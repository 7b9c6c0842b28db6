// An access in one 64-bit word: who made it, when on that thread's clock, to which bytes of a 4-byte granule, and how.
//
//   63                    20 19        8 7      4 3      0
//   +-----------------------+-----------+--------+--------+
//   | clock                 | thread    | flags  | bytes  |
//   +-----------------------+-----------+--------+--------+
//
// Clocks of all threads grow over all executions of a process: an execution starts its threads above the highest clock
// of the one before. A word whose clock is below the execution's base is an access of an earlier execution, that is:
// nothing. So the next execution clears no shadow memory (FastTrack epochs, Flanagan and Freund 2009, numbered on).
#pragma once

#include <cstdint>

namespace heddle {

using AccessWord = uint64_t;

inline constexpr int kClockShift = 20;
inline constexpr int kThreadShift = 8;
inline constexpr uint64_t kClockMax = (uint64_t{1} << (64 - kClockShift)) - 1;
inline constexpr uint32_t kThreadTagMax = 0xfff;

// Flags.
inline constexpr AccessWord kAtomicFlag = 1u << 4;
inline constexpr AccessWord kWriteFlag =
    1u << 5;  // only inside expanded records; a cell's place says it otherwise
inline constexpr AccessWord kFreedFlag = 1u << 6;  // the granule was freed by this "access"
inline constexpr AccessWord kBytesMask = 0xf;

// The thread number that marks a cell word as a reference to an expanded record (race/shadow.h).
inline constexpr uint32_t kExpandedTag = kThreadTagMax;

// Clock and thread of an access, with flags and bytes zero.
[[nodiscard]] constexpr AccessWord MakeEpoch(uint64_t clock, uint32_t thread) {
  return clock << kClockShift | static_cast<uint64_t>(thread) << kThreadShift;
}
[[nodiscard]] constexpr uint64_t ClockOf(AccessWord word) { return word >> kClockShift; }
[[nodiscard]] constexpr uint32_t ThreadOf(AccessWord word) {
  return word >> kThreadShift & kThreadTagMax;
}
[[nodiscard]] constexpr AccessWord EpochOf(AccessWord word) { return word & ~AccessWord{0xff}; }

}  // namespace heddle
