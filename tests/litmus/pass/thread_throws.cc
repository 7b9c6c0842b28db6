// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the thread catches it.
// Covers: exceptions on threads.
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex mutex;
std::map<int, int> entries;

int Lookup() {
  std::lock_guard lock(mutex);
  return entries.at(1);
}

int main() {
  int seen = 0;
  std::thread writer([] {
    std::lock_guard lock(mutex);
    entries[1] = 5;
  });
  std::thread reader([&] {
    try {
      seen = Lookup();
    } catch (const std::out_of_range&) {
      seen = 0;
    }
  });
  writer.join();
  reader.join();
  return seen != 0 && seen != 5;
}
