// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a plain relaxed store by another thread replaces the released value and breaks the release sequence; who reads
// the new value is not ordered after the writer.
//   step | writer              | relay                     | reader
//   1    | data = 42           |                           |
//   2    | stage = 1 (release) |                           |
//   3    |                     | sees 1, stage = 2 relaxed |
//   4    |                     |                           | sees 2 (acquire)
//   5    |                     |                           | reads data     <- unordered with step 1
// Covers: release sequences.
#include <atomic>
#include <thread>

int data;
std::atomic<int> stage;

int main() {
  int seen = 42;
  std::thread writer([] {
    data = 42;
    stage.store(1, std::memory_order_release);
  });
  std::thread relay([] {
    if (stage.load(std::memory_order_relaxed) != 1) return;
    stage.store(2, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    if (stage.load(std::memory_order_acquire) == 2) seen = data;
  });
  writer.join();
  relay.join();
  reader.join();
  return seen != 42;
}
