// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a hand-made spin lock gives mutual exclusion, but its relaxed operations order nothing.
//   step | thread 1                   | thread 2
//   1    | takes, ++shared, releases  |
//   2    |                            | takes
//   3    |                            | ++shared     <- unordered with step 1
// Covers: compare-exchange loop as a lock.
#include <atomic>
#include <thread>

constexpr auto kTake = std::memory_order_relaxed;
constexpr auto kGive = std::memory_order_relaxed;

std::atomic<bool> taken;
int shared;

void Work() {
  for (bool expected = false;
       !taken.compare_exchange_weak(expected, true, kTake, std::memory_order_relaxed);) {
    expected = false;
    std::this_thread::yield();
  }
  ++shared;
  taken.store(false, kGive);
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  first.join();
  second.join();
  return shared == 0;
}
