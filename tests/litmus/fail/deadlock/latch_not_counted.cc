// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a worker that finds its queue empty does not count down.
//   step | worker 1           | worker 2                     | main
//   1    | takes the job      |                              |
//   2    | counts down        | finds none, leaves           |
//   3    |                    |                              | waits for the second count
// Covers: std::latch, std::binary_semaphore::try_acquire.
#include <latch>
#include <semaphore>
#include <thread>

int main() {
  std::latch finished(2);
  std::binary_semaphore job(1);
  const auto work = [&] {
    if (job.try_acquire()) finished.count_down();
  };
  std::thread first(work);
  std::thread second(work);
  finished.wait();
  first.join();
  second.join();
}
