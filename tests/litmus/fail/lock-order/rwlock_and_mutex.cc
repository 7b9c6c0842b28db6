// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: one thread locks the table, then the log; another the log, then the table (to read). A flag keeps them apart.
//   step | writer                              | auditor
//   1    | write-locks table, locks log, done  |
//   2    |                                     | sees done, locks log, read-locks table
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
    std::lock_guard log_lock(log_mutex);
    std::shared_lock table_lock(table);
  });
  writer.join();
  auditor.join();
}
