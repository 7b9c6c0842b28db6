// heddle: ways=gcc,clang,plain levels=O0,O2 switches=2
// Bug: waiter and setter each hold a mutex, but not the same one.
//   step | setter                             | waiter
//   1    |                                    | locks a, looks: not ready
//   2    | locks b, ready = true, notifies    |
//   3    |                                    | waits for ever
// Covers: condition variable used with the wrong mutex.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;
std::condition_variable condition;
std::atomic<bool> ready;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(a);
    while (!ready) condition.wait(lock);
  });
  {
    std::lock_guard lock(b);
    ready = true;
    condition.notify_one();
  }
  waiter.join();
}
