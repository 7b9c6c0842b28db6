// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: nothing to fix. A lock that sleeps for ten microseconds between its tries makes tens of thousands of timers while
// its owner sleeps once, for long. That is slow, but it ends: no livelock. Without instrumentation the lock itself is not
// seen, so the timers are all there is.
// Covers: nanosleep, virtual time with timers of very different lengths.
#include <atomic>
#include <chrono>
#include <thread>

std::atomic_flag taken;

int main() {
  taken.test_and_set();
  std::thread waiter([] {
    while (taken.test_and_set(std::memory_order_acquire))
      std::this_thread::sleep_for(std::chrono::microseconds(10));
    taken.clear(std::memory_order_release);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  taken.clear(std::memory_order_release);
  waiter.join();
}
