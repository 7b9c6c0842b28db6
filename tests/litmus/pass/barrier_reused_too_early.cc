// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the last one starts a new round, and the others wait for the round to change.
// Covers: spinning on atomics with a generation.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> arrived;
std::atomic<int> round_number;

void Meet() {
  const int round = round_number;
  if (++arrived == 2) {
    arrived = 0;
    ++round_number;
    return;
  }
  while (round_number == round) std::this_thread::yield();
  assert(round_number > round);
}

int main() {
  std::thread first(Meet);
  std::thread second(Meet);
  first.join();
  second.join();
}
