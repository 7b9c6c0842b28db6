// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: the address of an element is kept while another thread makes the vector grow, which moves all elements.
//   step | reader                         | writer
//   1    | locks, takes &values[0]        |
//   2    |                                | locks, push_back: moves, frees the old block
//   3    | locks, reads through it        |     <- freed memory
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
    const int* first = nullptr;
    {
      std::lock_guard lock(mutex);
      first = &values[0];
    }
    std::lock_guard lock(mutex);
    seen = *first;
  });
  std::thread writer([] {
    std::lock_guard lock(mutex);
    values.push_back(43);
  });
  reader.join();
  writer.join();
}
