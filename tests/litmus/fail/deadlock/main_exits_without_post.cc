// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: main ends itself with pthread_exit, which leaves the process to its worker; the worker waits for main's post.
//   step | main                     | worker
//   1    | creates, detaches worker |
//   2    | pthread_exit             |
//   3    |                          | waits for a post that nobody will give
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
  pthread_exit(nullptr);
}
