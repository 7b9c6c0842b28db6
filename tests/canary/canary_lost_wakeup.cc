// The smallest lost wake-up: the waiter asks no question before it waits, so a notification that is sent first is
// gone for ever.
//
//   step | main                | waiter
//   1    | locks, notifies     |
//   2    |                     | locks, waits       <- the only notification is in the past: lost-wakeup
//   3    | joins the waiter    |
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
