// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the data are atomics.
// Covers: sequence lock.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> sequence;
std::atomic<int> x;
std::atomic<int> y;

// Returns false if a writer was at work.
bool Read(int* first, int* second) {
  const unsigned before = sequence.load();
  if (before % 2 == 1) return false;
  *first = x;
  *second = y;
  return sequence.load() == before;
}

int main() {
  std::thread writer([] {
    sequence.fetch_add(1);
    x = 1;
    y = 1;
    sequence.fetch_add(1);
  });
  std::thread reader([] {
    int first = 0;
    int second = 0;
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (!Read(&first, &second)) continue;
      assert(first == second);
      break;
    }
  });
  writer.join();
  reader.join();
}
