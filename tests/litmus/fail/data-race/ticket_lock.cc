// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a ticket lock that passes on with a relaxed store.
//   step | thread 1                              | thread 2
//   1    | ticket 0, ++shared, serving = 1       |
//   2    |                                       | ticket 1, sees serving 1
//   3    |                                       | ++shared     <- unordered with step 1
// Covers: fetch_add, spinning on an atomic.
#include <atomic>
#include <thread>

std::atomic<int> next_ticket;
std::atomic<int> serving;
int shared;

void Work() {
  const int ticket = next_ticket.fetch_add(1, std::memory_order_relaxed);
  while (serving.load(std::memory_order_acquire) != ticket) std::this_thread::yield();
  ++shared;
  serving.store(ticket + 1, std::memory_order_relaxed);
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  std::thread third(Work);
  first.join();
  second.join();
  third.join();
  return shared == 0;
}
