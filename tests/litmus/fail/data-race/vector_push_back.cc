// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: two threads append to one vector. There is room, so nothing is reallocated: only the race.
//   step | thread 1                     | thread 2
//   1    | push_back(1)                 |
//   2    |                              | push_back(2)     <- same slot or same end pointer, unordered
// Covers: standard containers.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> values;

void Append(int value) { values.push_back(value); }

int main() {
  values.reserve(16);
  std::thread first(Append, 1);
  std::thread second(Append, 2);
  first.join();
  second.join();
  return values.empty();
}
