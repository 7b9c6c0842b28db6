// heddle: ways=gcc,clang levels=O0,O2
// Fixed: writers take the lock exclusively.
// Covers: std::shared_mutex (pthread_rwlock).
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int hits;

void Hit() {
  std::unique_lock lock(mutex);
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
