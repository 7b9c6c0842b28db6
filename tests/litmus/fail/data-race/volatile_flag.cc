// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=publish-release-acquire
// Bug: volatile is not atomic.
//   step | main                | worker
//   1    | stop = true         |
//   2    |                     | reads stop     <- unordered with step 1
// Covers: volatile accesses.
#include <atomic>
#include <thread>

volatile bool stop;

int main() {
  std::thread worker([] {
    for (int i = 0; i < 3 && !stop; ++i) std::this_thread::yield();
  });
  stop = true;
  worker.join();
}
