// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: two threads wait for one event, and one of them is told.
//   step | waiter 1        | waiter 2        | main
//   1    | waits           |                 |
//   2    |                 | waits           |
//   3    |                 |                 | open = true, notify_one
//   4    | goes on         | waits for ever  |
// Covers: notify_one, notify_all.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable condition;
bool open;

void PassGate() {
  std::unique_lock lock(mutex);
  condition.wait(lock, [] { return open; });
}

int main() {
  std::thread first(PassGate);
  std::thread second(PassGate);
  {
    std::lock_guard lock(mutex);
    open = true;
  }
  condition.notify_one();
  first.join();
  second.join();
}
