// heddle: ways=gcc,clang,plain levels=O0,O2 run=--no-detect=lock-order switches=1
// Bug: two mutexes taken in opposite orders. A schedule that does not close the cycle shows the lock order instead, so
// that verdict is switched off here.
//   step | thread 1       | thread 2
//   1    | locks a        |
//   2    |                | locks b
//   3    | waits for b    |
//   4    |                | waits for a
// Covers: std::mutex, std::lock (try_lock and back-off).
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;
int transfers;

int main() {
  std::thread first([] {
    std::lock_guard lock_a(a);
    std::lock_guard lock_b(b);
    ++transfers;
  });
  std::thread second([] {
    std::lock_guard lock_b(b);
    std::lock_guard lock_a(a);
    ++transfers;
  });
  first.join();
  second.join();
  return transfers != 2;
}
