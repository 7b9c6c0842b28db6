// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a reference count is decremented and looked at in two steps, so two threads can see zero.
//   step | thread 1           | thread 2
//   1    | count 2 -> 1       |
//   2    |                    | count 1 -> 0
//   3    | sees 0, deletes    |
//   4    |                    | sees 0, deletes     <- again
// Covers: fetch_sub, new, delete.
#include <atomic>
#include <thread>

std::atomic<int> count{2};
int* object;

void Release() {
  --count;
  if (count == 0) delete object;
}

int main() {
  object = new int(42);
  std::thread first(Release);
  std::thread second(Release);
  first.join();
  second.join();
}
