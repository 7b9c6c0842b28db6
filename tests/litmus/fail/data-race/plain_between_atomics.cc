// heddle: ways=gcc,clang levels=O0,O2 switches=1 remedy=none
// Bug: `sum` is a plain int between two updates of an atomic; the atomic orders the threads only if one is through
// before the other starts, which is what nearly every real run does. Covers: atomic read-modify-write.
//   step | thread 1 | thread 2
//   1    | ++done   |
//   2    |          | ++done
//   3    | ++sum    |
//   4    |          | ++sum      <- unordered with step 3
#include <atomic>
#include <thread>

std::atomic<int> done;
int sum;

void Work() {
  ++done;
  ++sum;
  ++done;
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  first.join();
  second.join();
  return sum == 0;
}
