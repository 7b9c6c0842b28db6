// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: one critical section.
// Covers: exit status of main.
#include <mutex>
#include <thread>

std::mutex mutex;
int sum;

void AddOne() {
  std::lock_guard lock(mutex);
  ++sum;
}

int main() {
  std::thread first(AddOne);
  std::thread second(AddOne);
  first.join();
  second.join();
  return sum == 2 ? 0 : 1;
}
