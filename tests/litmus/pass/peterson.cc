// heddle: ways=gcc,clang levels=O0,O2
// Fixed: sequentially consistent operations.
// Covers: mutual exclusion by loads and stores alone.
#include <atomic>
#include <thread>

constexpr auto kOrder = std::memory_order_seq_cst;

std::atomic<bool> wants[2];
std::atomic<int> turn;
int shared;

void Work(int self) {
  const int other = 1 - self;
  wants[self].store(true, kOrder);
  turn.store(other, kOrder);
  while (wants[other].load(kOrder) && turn.load(kOrder) == other) std::this_thread::yield();
  ++shared;
  wants[self].store(false, kOrder);
}

int main() {
  std::thread first(Work, 0);
  std::thread second(Work, 1);
  first.join();
  second.join();
  return shared != 2;
}
