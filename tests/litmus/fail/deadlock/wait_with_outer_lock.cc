// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a condition variable gives back the mutex it is used with, not the outer one that its caller holds too.
//   step | consumer                        | producer
//   1    | locks outer, locks inner        |
//   2    | waits: inner is free, outer not |
//   3    |                                 | waits for outer, which it needs in order to notify
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
    std::lock_guard lock(outer);
    WaitForItem();
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
