// heddle: ways=gcc levels=O0,O2 switches=0
// Bug: compare_exchange_weak may fail although the value is the expected one; nobody else is even running.
//   step | worker
//   1    | compare_exchange_weak(0 -> 1) fails without cause
// Covers: weak compare-exchange. (On x86-64 it never fails so; elsewhere it does. clang 14 does not tell the runtime which
// exchanges are weak, so this is for g++ only.)
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> state;

int main() {
  std::thread worker([] {
    int expected = 0;
    const bool exchanged = state.compare_exchange_weak(expected, 1);
    assert(exchanged);
  });
  worker.join();
}
