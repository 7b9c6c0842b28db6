// heddle: ways=gcc,clang levels=O0,O2
// Fixed: notify_all.
// Covers: std::atomic<int>::wait, notify_one, notify_all (futex).
#include <atomic>
#include <thread>

std::atomic<int> gate;

int main() {
  std::thread first([] { gate.wait(0); });
  std::thread second([] { gate.wait(0); });
  gate = 1;
  gate.notify_all();
  first.join();
  second.join();
}
