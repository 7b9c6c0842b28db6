// heddle: ways=gcc,clang levels=O0,O2
// Fixed: passing on releases, being served acquires.
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
  serving.store(ticket + 1, std::memory_order_release);
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  std::thread third(Work);
  first.join();
  second.join();
  third.join();
  return shared != 3;
}
