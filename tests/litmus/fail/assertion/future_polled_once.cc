// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: an answer is expected within a millisecond.
//   step | main                          | task
//   1    | starts the task               |
//   2    | waits 1 ms: time-out          |
//   3    | assert(ready)                 | computes
// Covers: std::future::wait_for.
#include <cassert>
#include <chrono>
#include <future>

int main() {
  std::future<int> answer = std::async(std::launch::async, [] { return 42; });
  const bool ready = answer.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
  assert(ready);
  assert(answer.get() == 42);
}
