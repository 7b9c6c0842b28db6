// heddle: ways=gcc,clang levels=O0,O2
// Fixed: release and acquire.
// Covers: std::atomic::wait and notify_one.
#include <atomic>
#include <thread>

constexpr auto kLoad = std::memory_order_acquire;
constexpr auto kStore = std::memory_order_release;

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
