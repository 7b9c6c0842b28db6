// heddle: ways=gcc,clang levels=O0,O2
// Bug: two threads wait on an atomic, and notify_one wakes one of them.
//   step | waiter 1        | waiter 2        | main
//   1    | waits (futex)   |                 |
//   2    |                 | waits (futex)   |
//   3    |                 |                 | gate = 1, notify_one
//   4    | goes on         | waits for ever  |
// Covers: std::atomic<int>::wait, notify_one, notify_all (futex).
#include <atomic>
#include <thread>

std::atomic<int> gate;

int main() {
  std::thread first([] { gate.wait(0); });
  std::thread second([] { gate.wait(0); });
  gate = 1;
  gate.notify_one();
  first.join();
  second.join();
}
