// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=none
// Bug: two threads change one field under two different mutexes. Covers: mutex, lock sets.
//   step | thread 1                 | thread 2
//   1    | locks a                  |
//   2    |                          | locks b
//   3    | ++left                   |
//   4    |                          | ++left      <- unordered with step 3
#include <mutex>
#include <thread>

struct Pair {
  int left = 0;
  int right = 0;
};

std::mutex a;
std::mutex b;
Pair counts;

int main() {
  std::thread first([] {
    std::lock_guard lock(a);
    ++counts.left;
  });
  std::thread second([] {
    std::lock_guard lock(b);
    ++counts.left;
  });
  first.join();
  second.join();
  return counts.left + counts.right == 0;
}
