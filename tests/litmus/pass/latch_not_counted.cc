// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it counts down in any case.
// Covers: std::latch, std::binary_semaphore::try_acquire.
#include <latch>
#include <semaphore>
#include <thread>

int main() {
  std::latch finished(2);
  std::binary_semaphore job(1);
  const auto work = [&] {
    [[maybe_unused]] const bool worked = job.try_acquire();
    finished.count_down();
  };
  std::thread first(work);
  std::thread second(work);
  finished.wait();
  first.join();
  second.join();
}
