// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the worker only asks to be stopped; main joins.
// Covers: std::thread::join of the calling thread.
#include <atomic>
#include <semaphore>
#include <thread>

std::thread worker;
std::binary_semaphore assigned(0);
std::atomic<bool> stopping;

void Stop() { stopping = true; }

int main() {
  worker = std::thread([] {
    assigned.acquire();
    Stop();
  });
  assigned.release();
  Stop();
  worker.join();
}
