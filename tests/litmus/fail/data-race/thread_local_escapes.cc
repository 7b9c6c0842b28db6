// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a thread publishes the address of its thread_local counter and goes on counting while main reads it.
//   step | worker                      | main
//   1    | publishes &count            |
//   2    | ++count                     |
//   3    |                             | reads *published     <- unordered with step 2
// Covers: thread_local, its destructor.
#include <atomic>
#include <thread>

std::atomic<int*> published;
thread_local int count;

int main() {
  std::atomic<bool> stop{false};
  std::thread worker([&] {
    published.store(&count);
    ++count;
    while (!stop.load()) std::this_thread::yield();
  });
  int* address = published.load();
  const int seen = address ? *address : 0;
  stop.store(true);
  worker.join();
  return seen > 1;
}
