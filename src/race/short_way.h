// The short ways of a plain access: what can be answered from the granules' cells alone, without the detector. The entry
// points of intercept/tsan_access.cc try them in this order; whatever they leave undone is Detector::Access's.
//
//   Known         the cells say it all already: this thread, at this clock, has made the same access; or, for a read, has
//                 written the same bytes (whoever races with the read races with the write)
//   FirstTouch    nobody has touched the memory in this execution: there is nothing to compare with
//   OrderedTouch  all that the cells hold happens before this access, which stands for it from now on
//
// Each leaves the cells exactly as the detector would: race/detector_random_test.cc compares them. Accesses of 4 bytes and
// more must be 4-byte aligned for them, smaller ones must not cross a granule.
//
// Thread safety: as the detector's.
#pragma once

#include <cstdint>

#include "clock/epoch.h"
#include "clock/vector_clock.h"
#include "race/shadow.h"

namespace heddle::race {

namespace short_way {

template <uint32_t kBytes>
inline constexpr uint32_t kCells = kBytes < 4 ? 1 : kBytes / 4;

// Whether the access covers whole cells, or lies within one.
template <uint32_t kBytes>
[[nodiscard, gnu::always_inline]] inline bool Fits(uintptr_t address) {
  const uintptr_t offset = address & (kGranuleBytes - 1);
  return kBytes < 4 ? offset + kBytes <= kGranuleBytes : offset == 0;
}

template <uint32_t kBytes>
[[nodiscard, gnu::always_inline]] inline AccessWord Bytes(uintptr_t address) {
  if constexpr (kBytes >= 4) return kBytesMask;
  return static_cast<AccessWord>((1u << kBytes) - 1) << (address & (kGranuleBytes - 1));
}

}  // namespace short_way

// `epoch` is the running thread's, or a word that no cell holds while every access is to be looked at.
template <uint32_t kBytes, bool kWrite>
[[nodiscard, gnu::always_inline]] inline bool Known(uintptr_t address, AccessWord epoch) {
  const Cell* cell = CellOf(address);
  if constexpr (kBytes < 4) {
    const AccessWord wanted = epoch | short_way::Bytes<kBytes>(address);
    return short_way::Fits<kBytes>(address) &&
           (cell->write == wanted || (!kWrite && cell->read == wanted));
  } else {
    const AccessWord wanted = epoch | kBytesMask;
    const AccessWord misaligned = address & (kGranuleBytes - 1);
    AccessWord unwritten = misaligned;
    for (uint32_t i = 0; i < short_way::kCells<kBytes>; ++i) unwritten |= cell[i].write ^ wanted;
    if (kWrite || unwritten == 0) return unwritten == 0;
    AccessWord unread = misaligned;
    for (uint32_t i = 0; i < short_way::kCells<kBytes>; ++i) unread |= cell[i].read ^ wanted;
    return unread == 0;
  }
}

// `old_below`: words below it are of earlier executions, that is: nothing (clock/epoch.h). Zero: nothing is old.
// Returns whether nobody had touched the memory, and then has noted the access.
template <uint32_t kBytes, bool kWrite>
[[nodiscard, gnu::always_inline]] inline bool FirstTouch(uintptr_t address, AccessWord epoch,
                                                         AccessWord old_below) {
  Cell* cell = CellOf(address);
  bool untouched = short_way::Fits<kBytes>(address);
  for (uint32_t i = 0; i < short_way::kCells<kBytes>; ++i) {
    untouched &= cell[i].write < old_below;
    untouched &= cell[i].read < old_below;
    // A reference to a record carries the record's number where others have their clock.
    untouched &= ThreadOf(cell[i].write) != kExpandedTag;
  }
  if (!untouched) return false;
  const AccessWord mine = epoch | short_way::Bytes<kBytes>(address);
  for (uint32_t i = 0; i < short_way::kCells<kBytes>; ++i)
    cell[i] = kWrite ? Cell{mine, 0} : Cell{0, mine};
  return true;
}

// `clock` is what the running thread knows of the others. Returns whether all earlier accesses happen before this one and
// may be forgotten for it, and then has noted the access.
template <uint32_t kBytes, bool kWrite>
[[nodiscard, gnu::always_inline]] inline bool OrderedTouch(uintptr_t address, AccessWord epoch,
                                                           AccessWord old_below,
                                                           const VectorClock& clock) {
  if (old_below == 0 || !short_way::Fits<kBytes>(address)) return false;
  const AccessWord mine = epoch | short_way::Bytes<kBytes>(address);
  const auto before = [&](AccessWord word) {
    const uint32_t thread = ThreadOf(word);
    return (word & kFreedFlag) == 0 &&
           (thread == ThreadOf(epoch) || ClockOf(word) <= clock.Get(thread));
  };
  const auto covered = [&](AccessWord word) { return (word & ~mine & kBytesMask) == 0; };
  Cell* cell = CellOf(address);
  for (uint32_t i = 0; i < short_way::kCells<kBytes>; ++i) {
    const AccessWord write = cell[i].write;
    const AccessWord read = cell[i].read;
    if (ThreadOf(write) == kExpandedTag) return false;
    // A read leaves the word of the write as it is, so it need not cover that.
    const bool write_done = write < old_below || (before(write) && (!kWrite || covered(write)));
    const bool read_done = read < old_below || (before(read) && covered(read));
    if (!write_done || !read_done) return false;
  }
  for (uint32_t i = 0; i < short_way::kCells<kBytes>; ++i) {
    if (kWrite) {
      cell[i] = {mine, 0};
    } else {
      cell[i].read = mine;
    }
  }
  return true;
}

}  // namespace heddle::race
