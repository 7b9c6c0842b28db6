// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: three threads join each other in a circle; main waits for a word from any of them. Every schedule ends so.
//   step | thread 0         | thread 1         | thread 2
//   1    | joins thread 1   | joins thread 2   | joins thread 0
// Covers: pthread_join by other threads than main, pthread_barrier.
#include <pthread.h>
#include <semaphore.h>

pthread_t threads[3];
pthread_barrier_t all_created;
sem_t finished;

void* Work(void* argument) {
  const long self = reinterpret_cast<long>(argument);
  pthread_barrier_wait(&all_created);
  pthread_join(threads[(self + 1) % 3], nullptr);
  sem_post(&finished);
  return nullptr;
}

int main() {
  pthread_barrier_init(&all_created, nullptr, 4);
  sem_init(&finished, 0, 0);
  for (long i = 0; i < 3; ++i) {
    pthread_create(&threads[i], nullptr, Work, reinterpret_cast<void*>(i));
  }
  pthread_barrier_wait(&all_created);
  for (int i = 0; i < 3; ++i) sem_wait(&finished);
}
