// heddle: ways=gcc,clang levels=O0,O2
// Fixed: both writes are inside the critical section. Covers: mutex.
#include <mutex>
#include <thread>

std::mutex mutex;
int x;
int visits;

int main() {
  std::thread first([] {
    std::lock_guard lock(mutex);
    x = 1;
    ++visits;
  });
  std::thread second([] {
    std::lock_guard lock(mutex);
    ++visits;
    x = 2;
  });
  first.join();
  second.join();
}
