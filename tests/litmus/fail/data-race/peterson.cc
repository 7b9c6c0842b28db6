// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: Peterson's lock with relaxed operations. Even where it excludes, it orders nothing.
//   step | thread 0                        | thread 1
//   1    | enters, ++shared, leaves        |
//   2    |                                 | enters
//   3    |                                 | ++shared     <- unordered with step 1
// Covers: mutual exclusion by loads and stores alone.
#include <atomic>
#include <thread>

constexpr auto kOrder = std::memory_order_relaxed;

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
  return shared == 0;
}
