// heddle: ways=gcc,clang levels=O0,O2
// Fixed: acquire when it is taken, release when it is given back.
// Covers: compare-exchange loop as a lock.
#include <atomic>
#include <thread>

constexpr auto kTake = std::memory_order_acquire;
constexpr auto kGive = std::memory_order_release;

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
  return shared != 2;
}
