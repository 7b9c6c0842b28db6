// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it is given back on every path.
// Covers: compare_exchange_strong in a loop.
#include <atomic>
#include <thread>

std::atomic<int> lock_bit;
std::atomic<int> jobs{1};

void Work() {
  for (int free = 0; !lock_bit.compare_exchange_strong(free, 1);) free = 0;
  if (jobs != 0) --jobs;
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
