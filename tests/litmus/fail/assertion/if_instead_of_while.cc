// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: the consumer asks once before it waits and not again afterwards. Another consumer may take the item between the
// notification and the wake-up, and a wait may end without any notification.
//   step | consumer 1           | consumer 2           | producer
//   1    | waits: empty         |                      |
//   2    |                      |                      | puts, notifies consumer 1
//   3    |                      | takes                |
//   4    | wakes: assert(items) |                      |
// Covers: spurious and stolen wake-ups.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
int items;

void Take() {
  std::unique_lock lock(mutex);
  if (items == 0) not_empty.wait(lock);
  assert(items > 0);
  --items;
}

void Put() {
  std::lock_guard lock(mutex);
  ++items;
  not_empty.notify_one();
}

int main() {
  std::thread first(Take);
  std::thread second(Take);
  std::thread producer([] {
    Put();
    Put();
  });
  first.join();
  second.join();
  producer.join();
}
