// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: two threads take two locks in opposite orders. The second does so only after it has seen that the first is
// through, so the cycle never closes today; it will when somebody removes the flag.
//   step | thread 1                        | thread 2
//   1    | locks a, locks b, done = true   |
//   2    |                                 | sees done, locks b, locks a     <- b before a, a before b
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
    std::lock_guard lock_b(b);
    std::lock_guard lock_a(a);
  });
  first.join();
  second.join();
}
