// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: a pool is stopped by its own worker, which so joins itself; std::thread::join throws (EDEADLK).
//   step | worker                   | main
//   1    | is first to stop         |
//   2    | joins itself: throws     |
// Covers: std::thread::join of the calling thread.
#include <atomic>
#include <semaphore>
#include <thread>

std::thread worker;
std::binary_semaphore assigned(0);
std::atomic<bool> stopping;

void Stop() {
  if (!stopping.exchange(true)) worker.join();
}

int main() {
  worker = std::thread([] {
    assigned.acquire();
    Stop();
  });
  assigned.release();
  Stop();
  if (worker.joinable()) worker.join();
}
