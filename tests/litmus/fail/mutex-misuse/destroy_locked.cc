// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a mutex is destroyed while a thread holds it. Every schedule does it.
//   step | worker                    | main
//   1    | locks, posts              |
//   2    |                           | destroys the mutex     <- locked
//   3    | unlocks what is destroyed |
// Covers: pthread_mutex_destroy.
#include <pthread.h>
#include <semaphore.h>

#include <thread>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
sem_t locked;
sem_t go;

int main() {
  sem_init(&locked, 0, 0);
  sem_init(&go, 0, 0);
  std::thread worker([] {
    pthread_mutex_lock(&mutex);
    sem_post(&locked);
    sem_wait(&go);
    pthread_mutex_unlock(&mutex);
  });
  sem_wait(&locked);
  pthread_mutex_destroy(&mutex);
  sem_post(&go);
  worker.join();
}
