// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: main gives the lock back first.
// Covers: try_lock, sched_yield.
#include <mutex>
#include <thread>

std::mutex mutex;
int state;

int main() {
  std::thread worker([] {
    while (!mutex.try_lock()) std::this_thread::yield();
    ++state;
    mutex.unlock();
  });
  {
    std::lock_guard lock(mutex);
    ++state;
  }
  worker.join();
  return state != 2;
}
