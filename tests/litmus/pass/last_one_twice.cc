// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the value that the decrement returns decides.
// Covers: fetch_sub, new, delete.
#include <atomic>
#include <thread>

std::atomic<int> count{2};
int* object;

void Release() {
  if (--count == 0) delete object;
}

int main() {
  object = new int(42);
  std::thread first(Release);
  std::thread second(Release);
  first.join();
  second.join();
}
