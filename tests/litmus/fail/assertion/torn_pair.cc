// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: two atomics that belong together are read one by one.
//   step | writer       | reader
//   1    | low = 1      |
//   2    |              | reads low = 1, high = 0     <- a pair that never should be
//   3    | high = 1     |
// Covers: atomic loads and stores.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

std::atomic<uint32_t> low;
std::atomic<uint32_t> high;

int main() {
  std::thread writer([] {
    low = 1;
    high = 1;
  });
  std::thread reader([] {
    const uint32_t seen_low = low;
    const uint32_t seen_high = high;
    assert(seen_low == seen_high);
  });
  writer.join();
  reader.join();
}
