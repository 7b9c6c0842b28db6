// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: the writer has its release fence, but the reader has no acquire fence: one fence alone orders nothing.
//   step | writer                    | reader
//   1    | data = 42; release fence  |
//   2    | ready = true (relaxed)    |
//   3    |                           | sees ready (relaxed), no fence
//   4    |                           | reads data      <- unordered with step 1
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
    seen = data;
  });
  writer.join();
  reader.join();
  return seen != 42;
}
