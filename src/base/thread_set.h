// A set of threads as a bit map: the engine keeps the enabled threads in one, strategies choose from it.
//
// Costs: Insert, Erase, Contains O(1); Nth and iteration O(words in use), one word up to 64 threads.
#pragma once

#include <bit>
#include <cstdint>

#include "base/ids.h"
#include "base/limits.h"

namespace heddle {

class ThreadSet {
 public:
  void Clear() {
    for (uint32_t i = 0; i < words_used_; ++i) words_[i] = 0;
    words_used_ = 1;
    count_ = 0;
  }

  void Insert(ThreadId id) {
    const uint32_t word = Index(id) / 64;
    const uint64_t bit = uint64_t{1} << (Index(id) % 64);
    while (words_used_ <= word) words_[words_used_++] = 0;
    count_ += (words_[word] & bit) == 0;
    words_[word] |= bit;
  }

  void Erase(ThreadId id) {
    const uint32_t word = Index(id) / 64;
    const uint64_t bit = uint64_t{1} << (Index(id) % 64);
    if (word >= words_used_) return;
    count_ -= (words_[word] & bit) != 0;
    words_[word] &= ~bit;
  }

  [[nodiscard]] bool Contains(ThreadId id) const {
    const uint32_t word = Index(id) / 64;
    return word < words_used_ && (words_[word] >> (Index(id) % 64) & 1) != 0;
  }

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // The n-th smallest member.
  // REQUIRES: n < count().
  [[nodiscard]] ThreadId Nth(uint32_t n) const {
    uint32_t word = 0;
    // Counting bits is a call on the x86-64 baseline; with one word there is nothing to count.
    for (; word + 1 < words_used_; ++word) {
      const uint32_t here = static_cast<uint32_t>(std::popcount(words_[word]));
      if (n < here) break;
      n -= here;
    }
    uint64_t bits = words_[word];
    for (; n > 0; --n) bits &= bits - 1;
    return ThreadId{word * 64 + static_cast<uint32_t>(std::countr_zero(bits))};
  }

  // Calls `f(ThreadId)` for each member in ascending order. `f` may erase the member it is given.
  template <typename F>
  void ForEach(F&& f) const {
    for (uint32_t word = 0; word < words_used_; ++word) {
      for (uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
        f(ThreadId{word * 64 + static_cast<uint32_t>(std::countr_zero(bits))});
      }
    }
  }

 private:
  static constexpr uint32_t kWords = (kThreadsMax + 63) / 64;
  uint64_t words_[kWords] = {};
  uint32_t words_used_ = 1;
  uint32_t count_ = 0;
};

}  // namespace heddle
