// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: main joins a worker while it holds the lock that the worker needs.
//   step | main              | worker
//   1    | locks             |
//   2    | joins the worker  |
//   3    |                   | waits for the lock
// Covers: mutex, std::thread::join.
#include <mutex>
#include <thread>

std::mutex mutex;
int state;

int main() {
  std::thread worker([] {
    std::lock_guard lock(mutex);
    ++state;
  });
  {
    std::lock_guard lock(mutex);
    ++state;
    worker.join();
  }
  return state != 2;
}
