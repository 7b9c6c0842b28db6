// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the auditor locks the table first.
// Covers: std::shared_mutex and std::mutex in one order.
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex table;
std::mutex log_mutex;
std::atomic<bool> done;

int main() {
  std::thread writer([] {
    {
      std::unique_lock table_lock(table);
      std::lock_guard log_lock(log_mutex);
    }
    done.store(true, std::memory_order_relaxed);
  });
  std::thread auditor([] {
    if (!done.load(std::memory_order_relaxed)) return;
    std::shared_lock table_lock(table);
    std::lock_guard log_lock(log_mutex);
  });
  writer.join();
  auditor.join();
}
