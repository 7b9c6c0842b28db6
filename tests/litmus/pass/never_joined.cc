// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it is detached.
// Covers: pthread_create, pthread_detach.
#include <pthread.h>
#include <semaphore.h>

sem_t finished;

void* Work(void*) {
  sem_post(&finished);
  return nullptr;
}

int main() {
  sem_init(&finished, 0, 0);
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  pthread_detach(worker);
  sem_wait(&finished);
}
