// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: a condition variable each.
// Covers: condition variables, bounded queue.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_full;
std::condition_variable not_empty;
int count;

void Put() {
  std::unique_lock lock(mutex);
  not_full.wait(lock, [] { return count == 0; });
  ++count;
  not_empty.notify_one();
}

void Take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock, [] { return count > 0; });
  --count;
  not_full.notify_one();
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
