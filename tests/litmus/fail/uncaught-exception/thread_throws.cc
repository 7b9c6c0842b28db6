// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a lookup throws if the entry is not there yet, and no thread function catches it.
//   step | writer                | reader
//   1    |                       | map.at(1) throws, the thread ends with it: std::terminate
//   2    | adds entry 1          |
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
  std::thread reader([&] { seen = Lookup(); });
  writer.join();
  reader.join();
  return seen != 0 && seen != 5;
}
