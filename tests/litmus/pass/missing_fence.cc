// heddle: ways=gcc,clang levels=O0,O2
// Fixed: release fence before the relaxed store, acquire fence after the relaxed load: the fences synchronise.
// Covers: atomic_thread_fence.
#include <atomic>
#include <thread>

#if !defined(__clang__)
#pragma GCC diagnostic ignored \
    "-Wtsan"  // g++ warns that ThreadSanitizer does not understand fences.
#endif

int data;
std::atomic<bool> ready;

int main() {
  int seen = 42;
  std::thread writer([] {
    data = 42;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    if (!ready.load(std::memory_order_relaxed)) return;
    std::atomic_thread_fence(std::memory_order_acquire);
    seen = data;
  });
  writer.join();
  reader.join();
  return seen != 42;
}
