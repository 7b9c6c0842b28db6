// heddle: ways=gcc,clang levels=O0,O2
// Fixed: in a loop.
// Covers: weak compare-exchange. (On x86-64 hardware it never fails so; on others it does.)
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> state;

int main() {
  std::thread worker([] {
    int expected = 0;
    while (!state.compare_exchange_weak(expected, 1)) assert(expected == 0);
  });
  worker.join();
}
