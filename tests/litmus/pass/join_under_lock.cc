// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it gives the lock back before it joins.
// Covers: mutex, std::thread::join.
#include <mutex>
#include <thread>

std::mutex mutex;
int state;

int main() {
  std::thread worker([] {
    std::lock_guard lock(mutex);
    ++state;
  });
  {
    std::lock_guard lock(mutex);
    ++state;
  }
  worker.join();
  return state != 2;
}
