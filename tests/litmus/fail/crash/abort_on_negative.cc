// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: the number of open files may be decremented before it was incremented; the program checks itself and aborts.
//   step | opener         | closer
//   1    |                | open_files = -1     <- abort
//   2    | open_files = 0 |
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
