// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the consumer takes the outer lock only after it has waited.
// Covers: condition variable with two locks.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex outer;
std::mutex inner;
std::condition_variable changed;
int items;
int consumed;

void WaitForItem() {
  std::unique_lock lock(inner);
  changed.wait(lock, [] { return items > 0; });
  --items;
}

int main() {
  std::thread consumer([] {
    WaitForItem();
    std::lock_guard lock(outer);
    ++consumed;
  });
  std::thread producer([] {
    std::lock_guard lock(outer);
    std::lock_guard inner_lock(inner);
    ++items;
    changed.notify_one();
  });
  consumer.join();
  producer.join();
  return consumed != 1;
}
