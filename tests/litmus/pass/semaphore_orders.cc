// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the second thread only tries for a and gives b back if it fails.
// Covers: sem_wait, sem_trywait.
#include <semaphore.h>

#include <thread>

sem_t a;
sem_t b;

int main() {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  std::thread first([] {
    sem_wait(&a);
    sem_wait(&b);
    sem_post(&b);
    sem_post(&a);
  });
  std::thread second([] {
    sem_wait(&b);
    if (sem_trywait(&a) == 0) sem_post(&a);
    sem_post(&b);
  });
  first.join();
  second.join();
}
