// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it looks again.
// Covers: std::shared_mutex.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int owner;

void Claim(int self) {
  {
    std::shared_lock lock(mutex);
    if (owner != 0) return;
  }
  std::unique_lock lock(mutex);
  if (owner != 0) return;
  assert(owner == 0);
  owner = self;
}

int main() {
  std::thread first(Claim, 1);
  std::thread second(Claim, 2);
  first.join();
  second.join();
}
