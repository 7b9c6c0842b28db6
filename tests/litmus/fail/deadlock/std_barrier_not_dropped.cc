// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a thread leaves a std::barrier's group after the first phase without saying so.
//   step | thread 1                    | thread 2
//   1    | phase 1                     | phase 1
//   2    |                             | leaves
//   3    | phase 2: waits for thread 2 |
// Covers: std::barrier, arrive_and_wait, arrive_and_drop, its completion function.
#include <barrier>
#include <thread>

int phases;

struct CountPhase {
  void operator()() noexcept { ++phases; }
};

int main() {
  std::barrier<CountPhase> barrier(2);
  std::thread first([&] {
    barrier.arrive_and_wait();
    barrier.arrive_and_wait();
  });
  std::thread second([&] { barrier.arrive_and_wait(); });
  first.join();
  second.join();
  return phases != 2;
}
