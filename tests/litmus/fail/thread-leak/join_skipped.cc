// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: the worker is joined only if it has announced its end already.
//   step | main                        | worker
//   1    | no announcement: goes on    |
//   2    | returns                     | never joined
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
  if (sem_trywait(&finished) != 0) return 0;
  void* result = nullptr;
  pthread_join(worker, &result);
  return result != &answer;
}
