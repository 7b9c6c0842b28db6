// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the same order everywhere.
// Covers: mutex, order of locks.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;
std::atomic<bool> done;

int main() {
  std::thread first([] {
    {
      std::lock_guard lock_a(a);
      std::lock_guard lock_b(b);
    }
    done.store(true, std::memory_order_relaxed);
  });
  std::thread second([] {
    if (!done.load(std::memory_order_relaxed)) return;
    std::lock_guard lock_a(a);
    std::lock_guard lock_b(b);
  });
  first.join();
  second.join();
}
