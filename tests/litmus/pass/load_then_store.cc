// heddle: ways=gcc,clang levels=O0,O2
// Fixed: one read-modify-write.
// Covers: atomic load, store, fetch_add.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> count;

void Increment() { count += 1; }

int main() {
  std::thread first(Increment);
  std::thread second(Increment);
  first.join();
  second.join();
  assert(count == 2);
}
