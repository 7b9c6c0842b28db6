// heddle: ways=gcc,clang levels=O0,O2
// Fixed: both under one lock.
// Covers: standard containers.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> values;

void Append(int value) {
  std::lock_guard lock(mutex);
  values.push_back(value);
}

int main() {
  values.reserve(16);
  std::thread first(Append, 1);
  std::thread second(Append, 2);
  first.join();
  second.join();
  return values.size() != 2;
}
