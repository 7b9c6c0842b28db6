// Vector clocks: for each thread, how much of its past is known (happens-before as in C++20, Lamport 1978,
// Mattern 1989). Component values are the threads' own clocks, which never go back, not even between executions
// (race/epoch.h), so a clock that was not reset is merely old.
//
// Up to kInline threads need no memory of their own; larger clocks take theirs from the execution's arena, which is
// rewound between executions. Reset() must therefore be called before the first use in each execution.
#pragma once

#include <cstdint>

#include "base/arena.h"
#include "base/ids.h"

namespace heddle {

// Thread safety: none; used only by the holder of the run token.
class VectorClock {
 public:
  static constexpr uint32_t kInline = 6;

  void Reset() {
    size_ = 0;
    capacity_ = kInline;
    large_ = nullptr;
  }

  [[nodiscard]] uint64_t Get(uint32_t thread) const { return thread < size_ ? data()[thread] : 0; }

  void Set(uint32_t thread, uint64_t clock, Arena& arena) {
    if (thread >= size_) Grow(thread + 1, arena);
    data()[thread] = clock;
  }

  // Takes over everything the other clock knows.
  void Join(const VectorClock& other, Arena& arena) {
    if (other.size_ > size_) Grow(other.size_, arena);
    uint64_t* mine = data();
    const uint64_t* theirs = other.data();
    for (uint32_t i = 0; i < other.size_; ++i) {
      if (theirs[i] > mine[i]) mine[i] = theirs[i];
    }
  }

  void Assign(const VectorClock& other, Arena& arena) {
    if (other.size_ > capacity_) Grow(other.size_, arena);
    size_ = other.size_;
    uint64_t* mine = data();
    const uint64_t* theirs = other.data();
    for (uint32_t i = 0; i < size_; ++i) mine[i] = theirs[i];
  }

  // True when the other clock knows everything this one knows.
  [[nodiscard]] bool LessOrEqual(const VectorClock& other) const {
    for (uint32_t i = 0; i < size_; ++i) {
      if (data()[i] > other.Get(i)) return false;
    }
    return true;
  }

  [[nodiscard]] uint32_t size() const { return size_; }

 private:
  [[nodiscard]] uint64_t* data() { return large_ != nullptr ? large_ : small_; }
  [[nodiscard]] const uint64_t* data() const { return large_ != nullptr ? large_ : small_; }

  void Grow(uint32_t size, Arena& arena) {
    if (size > capacity_) {
      uint32_t capacity = capacity_ * 2;
      while (capacity < size) capacity *= 2;
      auto* memory = arena.AllocateArray<uint64_t>(capacity);
      for (uint32_t i = 0; i < size_; ++i) memory[i] = data()[i];
      large_ = memory;
      capacity_ = capacity;
    }
    uint64_t* mine = data();
    for (uint32_t i = size_; i < size; ++i) mine[i] = 0;
    size_ = size;
  }

  uint32_t size_ = 0;
  uint32_t capacity_ = kInline;
  uint64_t* large_ = nullptr;
  uint64_t small_[kInline] = {};
};

}  // namespace heddle
