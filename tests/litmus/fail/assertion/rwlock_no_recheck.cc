// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: what was read under the shared lock is taken for granted under the exclusive one.
//   step | thread 1                   | thread 2
//   1    | shared: slot is free       |
//   2    |                            | shared: slot is free
//   3    | exclusive: takes the slot  |
//   4    |                            | exclusive: assert(owner == 0)
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
  assert(owner == 0);
  owner = self;
}

int main() {
  std::thread first(Claim, 1);
  std::thread second(Claim, 2);
  first.join();
  second.join();
}
