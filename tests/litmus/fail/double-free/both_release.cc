// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: two threads each see that the buffer is not released yet, and both release it.
//   step | thread 1                    | thread 2
//   1    | locks, looks: not released  |
//   2    |                             | locks, looks: not released
//   3    | locks, frees                |
//   4    |                             | locks, frees     <- again
// Covers: malloc, free.
#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex mutex;
void* buffer;
bool released;

void Release() {
  {
    std::lock_guard lock(mutex);
    if (released) return;
  }
  std::lock_guard lock(mutex);
  released = true;
  std::free(buffer);
}

int main() {
  buffer = std::malloc(100);
  std::thread first(Release);
  std::thread second(Release);
  first.join();
  second.join();
}
