// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a worker polls for a lock with trylock and yield; main holds it while it joins the worker.
//   step | main               | worker
//   1    | locks              |
//   2    | joins the worker   |
//   3    |                    | trylock fails, yields; trylock fails, yields; …
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
    worker.join();
  }
  return state != 2;
}
