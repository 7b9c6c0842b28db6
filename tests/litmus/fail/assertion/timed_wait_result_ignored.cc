// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: wait_for says that the time is over, and nobody listens.
//   step | waiter                         | setter
//   1    | waits for 10 ms                |
//   2    | time-out: ready is still false |
//   3    | assert(ready)                  |
// Covers: condition_variable::wait_for with a predicate (pthread_cond_clockwait), early and late time-outs.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable condition;
bool ready;

int main() {
  std::thread waiter([] {
    std::unique_lock lock(mutex);
    condition.wait_for(lock, std::chrono::milliseconds(10), [] { return ready; });
    assert(ready);
  });
  std::thread setter([] {
    std::lock_guard lock(mutex);
    ready = true;
    condition.notify_one();
  });
  waiter.join();
  setter.join();
}
