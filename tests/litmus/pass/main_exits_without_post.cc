// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: main posts, then ends; the process ends with status 0 when the worker has.
// Covers: pthread_exit from main, pthread_detach.
#include <pthread.h>
#include <semaphore.h>

sem_t go;

void* Work(void*) {
  sem_wait(&go);
  return nullptr;
}

int main() {
  sem_init(&go, 0, 0);
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  pthread_detach(worker);
  sem_post(&go);
  pthread_exit(nullptr);
}
