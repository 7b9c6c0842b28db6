// What plain memory accesses cost under a race detector: one thread that sorts, looks words up in a hash table and scans
// arrays, so nearly all of its accesses are loads and stores with neighbours, as in ordinary code. The same binary runs
// under libtsan and under the loom. It times its own work, in processor time, so neither's start nor the loom's probe
// execution counts.
//
//   plain_access [REPETITIONS]   prints {"seconds": x, "checksum": y}
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>
#include <vector>

#include "clock.h"

namespace {

constexpr size_t kValues = 200'000;
constexpr uint32_t kKeys = 20'000;
constexpr int kScans = 40;

// Numbers without a pattern, the same in each run.
class Numbers {
 public:
  uint32_t Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state_ >> 33);
  }

 private:
  uint64_t state_ = 1;
};

uint64_t Work(Numbers* numbers) {
  std::vector<uint32_t> values(kValues);
  for (uint32_t& value : values) value = numbers->Next();
  std::sort(values.begin(), values.end());

  std::unordered_map<uint32_t, uint64_t> sums;
  for (const uint32_t value : values) sums[value * 2654435761u % kKeys] += value;

  uint64_t checksum = 0;
  for (const auto& [key, sum] : sums) checksum += key ^ sum;
  for (int scan = 0; scan < kScans; ++scan) {
    for (size_t i = 1; i < values.size(); ++i) {
      values[i] += values[i - 1] >> (scan & 7);
      checksum += values[i];
    }
  }
  return checksum;
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 5;
  Numbers numbers;
  uint64_t checksum = 0;
  const double start = bench::ThreadSeconds();
  for (int i = 0; i < repetitions; ++i) checksum += Work(&numbers);
  const double seconds = bench::ThreadSeconds() - start;
  std::printf("{\"seconds\": %.4f, \"checksum\": %llu}\n", seconds,
              static_cast<unsigned long long>(checksum));
}
