// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=publish-release-acquire
// Bug: the flag that announces the data is relaxed on both sides, so it orders nothing. Covers: relaxed load and store.
//   step | writer            | reader
//   1    | data = 42         |
//   2    | ready = true      |
//   3    |                   | sees ready
//   4    |                   | reads data      <- unordered with step 1
#include <atomic>
#include <thread>

int data;
std::atomic<bool> ready;

int main() {
  int seen = 42;
  std::thread writer([] {
    data = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    if (ready.load(std::memory_order_relaxed)) seen = data;
  });
  writer.join();
  reader.join();
  return seen != 42;
}
