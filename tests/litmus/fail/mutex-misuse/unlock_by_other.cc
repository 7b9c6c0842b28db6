// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: one thread locks, another unlocks: a mutex is not a semaphore. Every schedule does it.
//   step | thread 1          | thread 2
//   1    | locks, posts      |
//   2    |                   | unlocks     <- not its owner
// Covers: owner of a normal mutex.
#include <pthread.h>
#include <semaphore.h>

#include <thread>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
sem_t started;

int main() {
  sem_init(&started, 0, 0);
  std::thread first([] {
    pthread_mutex_lock(&mutex);
    sem_post(&started);
  });
  std::thread second([] {
    sem_wait(&started);
    pthread_mutex_unlock(&mutex);
  });
  first.join();
  second.join();
}
