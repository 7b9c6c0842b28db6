// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a sleep stands where an order is needed. On a real machine the other thread is always through by then; nothing
// orders the accesses. Covers: sleep, virtual time.
//   step | writer       | reader
//   1    |              | sleeps 20 ms
//   2    | result = 42  |
//   3    |              | reads result     <- unordered with step 2
#include <chrono>
#include <thread>

int result;

int main() {
  int seen = 0;
  std::thread writer([] { result = 42; });
  std::thread reader([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    seen = result;
  });
  reader.join();
  writer.join();
  return seen != 0 && seen != 42;
}
