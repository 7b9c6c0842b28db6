// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=publish-release-acquire
// Bug: double-checked locking whose fast path is relaxed: it sees the pointer without what it points to.
//   step | thread 1                                  | thread 2
//   1    | locks, creates, stores the pointer        |
//   2    |                                           | fast path sees the pointer (relaxed)
//   3    |                                           | reads level     <- unordered with its writing in step 1
// Covers: double-checked locking.
#include <atomic>
#include <mutex>
#include <thread>

struct Settings {
  int level = 0;
};

constexpr auto kLoad = std::memory_order_relaxed;
constexpr auto kStore = std::memory_order_relaxed;

std::mutex mutex;
Settings storage;
std::atomic<Settings*> settings;

int Level() {
  Settings* found = settings.load(kLoad);
  if (!found) {
    std::lock_guard lock(mutex);
    found = settings.load(std::memory_order_relaxed);
    if (!found) {
      storage.level = 7;
      found = &storage;
      settings.store(found, kStore);
    }
  }
  return found->level;
}

int main() {
  int first_level = 0;
  int second_level = 0;
  std::thread first([&] { first_level = Level(); });
  std::thread second([&] { second_level = Level(); });
  first.join();
  second.join();
  return first_level + second_level != 14;
}
