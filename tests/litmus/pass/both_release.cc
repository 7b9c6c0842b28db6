// heddle: ways=gcc,clang levels=O0,O2
// Fixed: look and release in one critical section.
// Covers: malloc, free.
#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex mutex;
void* buffer;
bool released;

void Release() {
  std::lock_guard lock(mutex);
  if (released) return;
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
