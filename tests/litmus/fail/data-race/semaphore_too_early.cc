// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=insert-after-exists
// Bug: the semaphore is posted before the data is written.
//   step | producer          | consumer
//   1    | posts             |
//   2    |                   | waits, goes on
//   3    | value = 42        |
//   4    |                   | reads value     <- unordered with step 3
// Covers: POSIX semaphore, sem_post and sem_wait.
#include <semaphore.h>

#include <thread>

sem_t ready;
int value;

int main() {
  sem_init(&ready, 0, 0);
  int seen = 0;
  std::thread producer([] {
    sem_post(&ready);
    value = 42;
  });
  std::thread consumer([&] {
    sem_wait(&ready);
    seen = value;
  });
  producer.join();
  consumer.join();
  sem_destroy(&ready);
  return seen != 0 && seen != 42;
}
