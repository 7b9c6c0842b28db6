// heddle: ways=gcc,clang levels=O0,O2
// Fixed: release and acquire. Covers: message passing.
#include <atomic>
#include <thread>

int data;
std::atomic<bool> ready;

int main() {
  int seen = 42;
  std::thread writer([] {
    data = 42;
    ready.store(true, std::memory_order_release);
  });
  std::thread reader([&] {
    if (ready.load(std::memory_order_acquire)) seen = data;
  });
  writer.join();
  reader.join();
  return seen != 42;
}
