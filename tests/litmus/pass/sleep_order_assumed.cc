// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the late one waits for the step.
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
    changed.wait(lock, [] { return step == 1; });
    assert(step == 1);
  });
  early.join();
  late.join();
}
