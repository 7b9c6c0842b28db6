// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a thread returns early with the hand-made lock in its hand; the next one compare-exchanges for ever.
//   step | thread 1                           | thread 2
//   1    | takes the lock bit, nothing to do, |
//        |   returns without giving it back   |
//   2    |                                    | spins for the bit for ever
// Covers: compare_exchange_strong in a loop.
#include <atomic>
#include <thread>

std::atomic<int> lock_bit;
std::atomic<int> jobs{1};

void Work() {
  for (int free = 0; !lock_bit.compare_exchange_strong(free, 1);) free = 0;
  if (jobs == 0) return;
  --jobs;
  lock_bit = 0;
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  std::thread third(Work);
  first.join();
  second.join();
  third.join();
}
