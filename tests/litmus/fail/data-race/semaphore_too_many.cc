// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a counting semaphore used as a lock lets two in.
//   step | thread 1             | thread 2
//   1    | acquires             |
//   2    |                      | acquires
//   3    | ++shared             |
//   4    |                      | ++shared     <- unordered with step 3
// Covers: std::counting_semaphore.
#include <semaphore>
#include <thread>

std::counting_semaphore<2> permits(2);
int shared;

void Work() {
  permits.acquire();
  ++shared;
  permits.release();
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  first.join();
  second.join();
  return shared == 0;
}
