// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a queue of one place with one condition variable for "not full" and "not empty"; a consumer's notification wakes
// the other consumer instead of the producer.
//   step | consumer 1           | consumer 2            | producer
//   1    | waits: empty         | waits: empty          |
//   2    |                      |                       | puts, notifies consumer 1
//   3    |                      |                       | waits: full
//   4    | takes, notifies 2    |                       |
//   5    |                      | waits: empty          | waits for ever
// Covers: condition variables, bounded queue.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int count;

void Put() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return count == 0; });
  ++count;
  changed.notify_one();
}

void Take() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return count > 0; });
  --count;
  changed.notify_one();
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
  return count != 0;
}
