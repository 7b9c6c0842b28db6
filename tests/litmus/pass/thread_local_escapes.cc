// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the thread_local object adds itself to a total when its thread ends.
// Covers: thread_local, its destructor.
#include <atomic>
#include <mutex>
#include <thread>

std::mutex mutex;
int total;

struct Count {
  ~Count() {
    std::lock_guard lock(mutex);
    total += value;
  }
  int value = 0;
};
thread_local Count count;

int main() {
  std::thread first([] { ++count.value; });
  std::thread second([] { ++count.value; });
  first.join();
  second.join();
  return total != 2;
}
