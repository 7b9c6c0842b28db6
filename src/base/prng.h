// The only source of randomness in Heddle: xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64. Own integer
// distribution, so the same seed gives the same schedule with every compiler and standard library
// (golden values: base/prng_test.cc).
#pragma once

#include <cstdint>

namespace heddle {

// Spreads one 64-bit number over 64 bits; also used to derive independent seeds.
[[nodiscard]] constexpr uint64_t SplitMix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Thread safety: none; each user owns one.
class Prng {
 public:
  constexpr Prng() : Prng(0) {}
  explicit constexpr Prng(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      word = SplitMix64(seed);
    }
  }

  [[nodiscard]] constexpr uint64_t Next() {
    const uint64_t result = Rotate(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = Rotate(state_[3], 45);
    return result;
  }

  // Uniform in [0, bound). The bias of the multiplication method is below 2^-32 for the bounds used here.
  // REQUIRES: 0 < bound < 2^32.
  [[nodiscard]] constexpr uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(((Next() >> 32) * bound) >> 32);
  }

  // True in `per_mille` of 1000 cases.
  [[nodiscard]] constexpr bool Chance(uint32_t per_mille) { return Below(1000) < per_mille; }

 private:
  static constexpr uint64_t Rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  uint64_t state_[4] = {};
};

}  // namespace heddle
