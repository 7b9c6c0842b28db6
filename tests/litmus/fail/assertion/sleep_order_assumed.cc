// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: 10 ms are "always" over before 50 ms are. They are, but the thread that wakes first need not run first.
//   step | early                    | late
//   1    | sleeps 10 ms             | sleeps 50 ms
//   2    |                          | runs: assert(step == 1)
//   3    | step = 1                 |
// Covers: sleep, virtual time, the steady clock.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int step;

int main() {
  const auto start = std::chrono::steady_clock::now();
  std::thread early([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::lock_guard lock(mutex);
    step = 1;
    changed.notify_one();
  });
  std::thread late([start] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto elapsed = std::chrono::steady_clock::now() - start;
    assert(elapsed >= std::chrono::milliseconds(50));
    std::unique_lock lock(mutex);
    assert(step == 1);
  });
  early.join();
  late.join();
}
