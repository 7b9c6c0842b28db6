// heddle: ways=gcc,clang levels=O0,O2
// Fixed: first the result, then the latch.
// Covers: std::latch.
#include <latch>
#include <thread>

int result;

int main() {
  std::latch finished(1);
  std::thread worker([&] {
    result = 42;
    finished.count_down();
  });
  finished.wait();
  const int seen = result;
  worker.join();
  return seen != 42;
}
