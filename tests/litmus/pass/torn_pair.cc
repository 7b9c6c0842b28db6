// heddle: ways=gcc,clang levels=O0,O2
// Fixed: one atomic holds both.
// Covers: atomic loads and stores.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

std::atomic<uint64_t> both;

int main() {
  std::thread writer([] { both = (uint64_t{1} << 32) | 1; });
  std::thread reader([] {
    const uint64_t seen = both;
    const uint32_t seen_low = static_cast<uint32_t>(seen);
    const uint32_t seen_high = static_cast<uint32_t>(seen >> 32);
    assert(seen_low == seen_high);
  });
  writer.join();
  reader.join();
}
