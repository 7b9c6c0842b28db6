// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: the initialiser of a function-local static takes a mutex; another thread needs the static while it holds that
// mutex. Whoever comes first with the mutex in hand waits for itself or for the other.
//   step | thread 1                        | thread 2
//   1    | locks the mutex                 |
//   2    |                                 | enters the initialiser
//   3    | waits for the initialiser       |
//   4    |                                 | waits for the mutex
// Covers: function-local statics (__cxa_guard_acquire) against a mutex.
#include <mutex>
#include <thread>

std::mutex mutex;
int base = 1;

int ReadBase() {
  std::lock_guard lock(mutex);
  return base;
}

int Instance() {
  static const int value = ReadBase() + 1;
  return value;
}

int main() {
  int sum = 0;
  std::thread first([&] {
    std::lock_guard lock(mutex);
    sum = base + Instance();
  });
  std::thread second([] { Instance(); });
  first.join();
  second.join();
  return sum != 3;
}
