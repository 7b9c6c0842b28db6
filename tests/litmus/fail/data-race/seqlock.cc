// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a sequence lock whose data are plain ints: the reader notices a change and throws the values away, but reading
// them at all was the race.
//   step | writer               | reader
//   1    |                      | reads sequence: 0
//   2    | sequence = 1         |
//   3    | x = 1                |
//   4    |                      | reads x     <- unordered with step 3
// Covers: sequence lock.
#include <atomic>
#include <thread>

std::atomic<unsigned> sequence;
int x;
int y;

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
  int seen = 0;
  std::thread reader([&] {
    int first = 0;
    int second = 0;
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (!Read(&first, &second)) continue;
      seen = first + second;
      break;
    }
  });
  writer.join();
  reader.join();
  return seen > 2;
}
