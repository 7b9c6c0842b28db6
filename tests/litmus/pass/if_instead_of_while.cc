// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: while instead of if.
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
  while (items == 0) not_empty.wait(lock);
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
