// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it arrives and drops.
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
  std::thread second([&] {
    barrier.arrive_and_wait();
    barrier.arrive_and_drop();
  });
  first.join();
  second.join();
  return phases != 2;
}
