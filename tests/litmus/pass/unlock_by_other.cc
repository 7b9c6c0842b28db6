// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: a semaphore carries the signal.
// Covers: owner of a normal mutex.
#include <pthread.h>
#include <semaphore.h>

#include <thread>

sem_t permit;
sem_t started;

int main() {
  sem_init(&started, 0, 0);
  sem_init(&permit, 0, 1);
  std::thread first([] {
    sem_wait(&permit);
    sem_post(&started);
  });
  std::thread second([] {
    sem_wait(&started);
    sem_post(&permit);
  });
  first.join();
  second.join();
}
