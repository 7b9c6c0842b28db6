// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the relay uses a read-modify-write, which continues the release sequence even though it is relaxed.
// Covers: release sequences.
#include <atomic>
#include <thread>

int data;
std::atomic<int> stage;

int main() {
  int seen = 42;
  std::thread writer([] {
    data = 42;
    stage.store(1, std::memory_order_release);
  });
  std::thread relay([] {
    if (stage.load(std::memory_order_relaxed) != 1) return;
    stage.fetch_add(1, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    if (stage.load(std::memory_order_acquire) == 2) seen = data;
  });
  writer.join();
  relay.join();
  reader.join();
  return seen != 42;
}
