// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: an atomic counter is incremented by a load and a store.
//   step | thread 1        | thread 2
//   1    | loads 0         |
//   2    |                 | loads 0
//   3    | stores 1        |
//   4    |                 | stores 1     <- one increment is lost
// Covers: atomic load, store, fetch_add.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> count;

void Increment() { count = count + 1; }

int main() {
  std::thread first(Increment);
  std::thread second(Increment);
  first.join();
  second.join();
  assert(count == 2);
}
