// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it waits for the sign of life.
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
    sem_wait(&alive);
  });
  worker.join();
  watchdog.join();
}
