// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: thread 1 asks for the static before it locks.
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
    const int instance = Instance();
    std::lock_guard lock(mutex);
    sum = base + instance;
  });
  std::thread second([] { Instance(); });
  first.join();
  second.join();
  return sum != 3;
}
