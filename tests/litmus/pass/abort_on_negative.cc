// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the closer waits until there is something to close.
// Covers: abort under a lock, condition variable.
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int open_files;

void Add(int delta) {
  std::unique_lock lock(mutex);
  if (delta < 0) changed.wait(lock, [] { return open_files > 0; });
  open_files += delta;
  if (open_files < 0) std::abort();
  changed.notify_one();
}

int main() {
  std::thread opener(Add, 1);
  std::thread closer(Add, -1);
  opener.join();
  closer.join();
  return open_files;
}
