// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: atomic wait and notify wake, but only the memory order of the load and the store decides what is ordered.
//   step | writer                        | reader
//   1    | data = 42                     |
//   2    | flag = 1 (relaxed), notify    |
//   3    |                               | wait returns (relaxed)
//   4    |                               | reads data     <- unordered with step 1
// Covers: std::atomic::wait and notify_one.
#include <atomic>
#include <thread>

constexpr auto kLoad = std::memory_order_relaxed;
constexpr auto kStore = std::memory_order_relaxed;

int data;
std::atomic<int> flag;

int main() {
  int seen = 0;
  std::thread writer([] {
    data = 42;
    flag.store(1, kStore);
    flag.notify_one();
  });
  std::thread reader([&] {
    flag.wait(0, kLoad);
    seen = data;
  });
  writer.join();
  reader.join();
  return seen != 42;
}
