// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a hand-made barrier resets its counter while a slow thread still looks at it. A round number would tell.
//   step | thread 1                   | thread 2
//   1    | arrives, looks: 1 of 2     |
//   2    |                            | arrives: 2 of 2, resets to 0, goes on
//   3    | looks: 0 of 2              |     <- assert: released but does not see it
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
  const int seen = arrived;
  assert(seen != 0 || round_number == round);
}

int main() {
  std::thread first(Meet);
  std::thread second(Meet);
  first.join();
  second.join();
}
