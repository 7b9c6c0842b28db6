// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a counter is incremented under the shared lock, which any number of threads may hold.
//   step | thread 1                | thread 2
//   1    | shared lock             |
//   2    |                         | shared lock
//   3    | ++hits                  |
//   4    |                         | ++hits     <- unordered with step 3
// Covers: std::shared_mutex (pthread_rwlock).
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int hits;

void Hit() {
  std::shared_lock lock(mutex);
  ++hits;
}

int main() {
  std::thread first(Hit);
  std::thread second(Hit);
  int seen = 0;
  {
    std::shared_lock lock(mutex);
    seen = hits;
  }
  first.join();
  second.join();
  return seen > 2;
}
