// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the flag is atomic.
// Covers: volatile accesses.
#include <atomic>
#include <thread>

std::atomic<bool> stop;

int main() {
  std::thread worker([] {
    for (int i = 0; i < 3 && !stop; ++i) std::this_thread::yield();
  });
  stop = true;
  worker.join();
}
