// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: the waiter does not ask whether there is anything to wait for; a notification that comes first is gone.
//   step | main                | waiter
//   1    | locks, notifies     |
//   2    |                     | locks, waits for ever
// Covers: std::condition_variable::wait with and without a predicate.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable condition;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(mutex);
    condition.wait(lock);
  });
  {
    std::lock_guard lock(mutex);
    condition.notify_one();
  }
  waiter.join();
}
