// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: each side looks at the other's flag before it raises its own, so both may enter.
//   step | thread 0            | thread 1
//   1    | the other is down   |
//   2    |                     | the other is down
//   3    | raises, enters      |
//   4    |                     | raises, enters     <- two inside
// Covers: Dekker's entry protocol.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> raised[2];
std::atomic<int> inside;

void Enter(int self) {
  if (raised[1 - self]) return;
  raised[self] = true;
  const int others = inside++;
  assert(others == 0);
}

int main() {
  std::thread first(Enter, 0);
  std::thread second(Enter, 1);
  first.join();
  second.join();
}
