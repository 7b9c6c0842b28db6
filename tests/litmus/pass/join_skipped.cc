// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it is joined in any case; its result comes through pthread_exit.
// Covers: pthread_join, pthread_exit with a value.
#include <pthread.h>
#include <semaphore.h>

sem_t finished;
int answer = 42;

void* Work(void*) {
  sem_post(&finished);
  pthread_exit(&answer);
}

int main() {
  sem_init(&finished, 0, 0);
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  void* result = nullptr;
  pthread_join(worker, &result);
  return result != &answer;
}
