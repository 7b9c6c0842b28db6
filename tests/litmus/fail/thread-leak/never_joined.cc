// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a thread is created, does its work, and is neither joined nor detached.
//   step | main                   | worker
//   1    | creates the worker     |
//   2    |                        | works, posts, ends
//   3    | waits for the post     |
//   4    | returns                |     <- the worker's stack and status are kept for nobody
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
  sem_wait(&finished);
}
