// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: one mutex.
// Covers: condition variable used with the wrong mutex.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex a;
std::condition_variable condition;
std::atomic<bool> ready;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(a);
    while (!ready) condition.wait(lock);
  });
  {
    std::lock_guard lock(a);
    ready = true;
    condition.notify_one();
  }
  waiter.join();
}
