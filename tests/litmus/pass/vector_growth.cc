// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the index is kept, not the address.
// Covers: heap blocks of containers.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> values;
int seen;

int main() {
  values.assign(1, 42);
  values.shrink_to_fit();
  std::thread reader([] {
    const int index = 0;
    std::lock_guard lock(mutex);
    seen = values[index];
  });
  std::thread writer([] {
    std::lock_guard lock(mutex);
    values.push_back(43);
  });
  reader.join();
  writer.join();
  return seen != 42;
}
