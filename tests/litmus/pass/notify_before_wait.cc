// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: a flag under the mutex, and a loop around the wait.
// Covers: std::condition_variable::wait with and without a predicate.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable condition;
bool ready;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(mutex);
    while (!ready) condition.wait(lock);
  });
  {
    std::lock_guard lock(mutex);
    ready = true;
    condition.notify_one();
  }
  waiter.join();
}
