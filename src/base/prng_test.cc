// Golden values: a card names a seed, so a change of the generator would make every card replay something else. The values
// were computed by a second implementation, in Python, from the published descriptions.
#include "base/prng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace heddle {
namespace {

using testing::ElementsAre;

std::vector<uint64_t> First(uint64_t seed, int count) {
  Prng prng(seed);
  std::vector<uint64_t> values;
  for (int i = 0; i < count; ++i) values.push_back(prng.Next());
  return values;
}

// True when `hits` of `draws` is within 5 standard deviations of what probability `p` promises. A correct generator misses
// once in 1.7 million comparisons; with fixed seeds: never or always.
bool Within5Sigma(uint64_t hits, uint64_t draws, double p) {
  const double expected = static_cast<double>(draws) * p;
  return std::abs(static_cast<double>(hits) - expected) <= 5 * std::sqrt(expected * (1 - p));
}

TEST(PrngTest, SplitMix64HasItsPublishedValues) {
  EXPECT_EQ(SplitMix64(0), 0xe220a8397b1dcdafu);
  uint64_t state = 1234567;
  for (uint64_t expected :
       {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u}) {
    EXPECT_EQ(SplitMix64(state), expected);
    state += 0x9e3779b97f4a7c15;
  }
}

TEST(PrngTest, GivesTheSameNumbersForEver) {
  EXPECT_THAT(First(0, 4), ElementsAre(0x422ea740d0977210, 0xe062b061b42e2928, 0x5a071fc5930841b6,
                                       0x1334ef8ed3cc2bd));
  EXPECT_THAT(First(1, 2), ElementsAre(0xf9d20113ec80c6d5, 0xd16e236e5cdc6563));
  EXPECT_THAT(First(42, 2), ElementsAre(0xbe15272cdf80b6c2, 0xaf6e2ee49ff5d0e3));
  EXPECT_THAT(First(~uint64_t{0}, 2), ElementsAre(0x3752bdaf106afaec, 0x4441cbc0ffebc80f));
  EXPECT_EQ(First(7, 1000).back(), 0x28c858d91a5d20f7u);
}

TEST(PrngTest, GivesTheSameBoundedNumbersForEver) {
  Prng prng(42);
  std::vector<uint32_t> values;
  for (int i = 0; i < 12; ++i) values.push_back(prng.Below(10));
  EXPECT_THAT(values, ElementsAre(7, 6, 7, 2, 0, 2, 8, 0, 9, 9, 5, 0));
}

TEST(PrngTest, WorksAtCompileTimeAndDefaultsToSeedZero) {
  constexpr uint64_t first = [] {
    Prng prng;
    return prng.Next();
  }();
  static_assert(first == 0x422ea740d0977210);
}

TEST(PrngTest, BelowIsUniform) {
  for (uint32_t bound : {1u, 2u, 3u, 7u, 10u, 64u, 1000u}) {
    Prng prng(bound);
    const uint64_t draws = 1000 * uint64_t{bound};
    std::vector<uint64_t> hits(bound);
    for (uint64_t i = 0; i < draws; ++i) {
      const uint32_t value = prng.Below(bound);
      ASSERT_LT(value, bound);
      ++hits[value];
    }
    for (uint32_t value = 0; value < bound; ++value) {
      EXPECT_TRUE(Within5Sigma(hits[value], draws, 1.0 / bound))
          << value << " of " << bound << ": " << hits[value];
    }
  }
}

// Which value follows which is uniform too: neighbouring draws must not be related.
TEST(PrngTest, NeighbouringDrawsAreIndependent) {
  constexpr uint32_t kBound = 5;
  constexpr uint64_t kDraws = 50'000;
  Prng prng(3);
  uint64_t hits[kBound][kBound] = {};
  uint32_t before = prng.Below(kBound);
  for (uint64_t i = 0; i < kDraws; ++i) {
    const uint32_t value = prng.Below(kBound);
    ++hits[before][value];
    before = value;
  }
  for (auto& row : hits) {
    for (uint64_t count : row)
      EXPECT_TRUE(Within5Sigma(count, kDraws, 1.0 / (kBound * kBound))) << count;
  }
}

TEST(PrngTest, LargestBoundIsReachedFromBelow) {
  Prng prng(9);
  uint32_t largest = 0;
  for (int i = 0; i < 10'000; ++i) largest = std::max(largest, prng.Below(~0u));
  // All of 10,000 draws below 99.8 % has probability 0.998^10000 = 2e-9.
  EXPECT_GT(largest, 4286000000u);
}

TEST(PrngTest, ChanceHitsAsOftenAsItSays) {
  constexpr uint64_t kDraws = 100'000;
  for (uint32_t per_mille : {1u, 50u, 200u, 500u, 999u}) {
    Prng prng(per_mille);
    uint64_t hits = 0;
    for (uint64_t i = 0; i < kDraws; ++i) hits += prng.Chance(per_mille);
    EXPECT_TRUE(Within5Sigma(hits, kDraws, per_mille / 1000.0)) << per_mille << ": " << hits;
  }
}

TEST(PrngTest, ChanceOfNothingAndOfEverythingAreCertain) {
  Prng prng(1);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_FALSE(prng.Chance(0));
    ASSERT_TRUE(prng.Chance(1000));
  }
}

}  // namespace
}  // namespace heddle
