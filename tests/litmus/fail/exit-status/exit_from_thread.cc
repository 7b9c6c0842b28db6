// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a watchdog takes a worker that has not begun for one that hangs, and ends the process with status 3.
//   step | worker             | watchdog
//   1    |                    | 5 ms are over, no sign of life: exit(3)
//   2    | posts its sign     |
// Covers: exit from another thread than main, sem_trywait.
#include <semaphore.h>

#include <chrono>
#include <cstdlib>
#include <thread>

sem_t alive;

int main() {
  sem_init(&alive, 0, 0);
  std::thread worker([] { sem_post(&alive); });
  std::thread watchdog([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (sem_trywait(&alive) != 0) std::exit(3);
  });
  worker.join();
  watchdog.join();
}
