// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: a sum is read under one lock and written under the next; main notices and returns 1.
//   step | thread 1          | thread 2
//   1    | reads 0           |
//   2    |                   | reads 0
//   3    | writes 1          |
//   4    |                   | writes 1     <- main returns 1
// Covers: exit status of main.
#include <mutex>
#include <thread>

std::mutex mutex;
int sum;

void AddOne() {
  int seen = 0;
  {
    std::lock_guard lock(mutex);
    seen = sum;
  }
  std::lock_guard lock(mutex);
  sum = seen + 1;
}

int main() {
  std::thread first(AddOne);
  std::thread second(AddOne);
  first.join();
  second.join();
  return sum == 2 ? 0 : 1;
}
