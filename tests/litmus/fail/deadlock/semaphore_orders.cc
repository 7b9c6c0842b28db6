// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: two binary semaphores taken in opposite orders; semaphores have no owner, so there is no lock order to report.
//   step | thread 1         | thread 2
//   1    | takes a          |
//   2    |                  | takes b
//   3    | waits for b      |
//   4    |                  | waits for a
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
    sem_wait(&a);
    sem_post(&a);
    sem_post(&b);
  });
  first.join();
  second.join();
}
