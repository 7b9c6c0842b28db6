// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: thread 1 writes x before its critical section, thread 2 after its own. If thread 1 gets the lock first, the lock
// orders the writes by luck; in the other order nothing does. Covers: mutex.
//   step | thread 1           | thread 2
//   1    |                    | lock, unlock
//   2    |                    | x = 2
//   3    | x = 1              |             <- unordered with step 2
//   4    | lock, unlock       |
#include <mutex>
#include <thread>

std::mutex mutex;
int x;
int visits;

int main() {
  std::thread first([] {
    x = 1;
    std::lock_guard lock(mutex);
    ++visits;
  });
  std::thread second([] {
    {
      std::lock_guard lock(mutex);
      ++visits;
    }
    x = 2;
  });
  first.join();
  second.join();
}
