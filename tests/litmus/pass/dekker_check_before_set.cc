// heddle: ways=gcc,clang levels=O0,O2
// Fixed: first raise, then look; at most one enters, in every interleaving. Sequentially consistent atomics.
// Covers: Dekker's entry protocol.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> raised[2];
std::atomic<int> inside;

void Enter(int self) {
  raised[self] = true;
  if (raised[1 - self]) return;
  const int others = inside++;
  assert(others == 0);
}

int main() {
  std::thread first(Enter, 0);
  std::thread second(Enter, 1);
  first.join();
  second.join();
}
