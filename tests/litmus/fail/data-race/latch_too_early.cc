// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a worker counts down before it has written its result.
//   step | worker                 | main
//   1    | count_down             |
//   2    |                        | wait returns
//   3    | result = 42            |
//   4    |                        | reads result     <- unordered with step 3
// Covers: std::latch.
#include <latch>
#include <thread>

int result;

int main() {
  std::latch finished(1);
  std::thread worker([&] {
    finished.count_down();
    result = 42;
  });
  finished.wait();
  const int seen = result;
  worker.join();
  return seen != 0 && seen != 42;
}
