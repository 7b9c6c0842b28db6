// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a worker says that it is done, but the destructor of its thread-specific data has still to run.
//   step | worker                              | main
//   1    | sets its value, posts `done`        |
//   2    |                                     | waits for `done`
//   3    | ends: destructor adds to total      |
//   4    |                                     | reads total     <- unordered with step 3
// Covers: pthread_key_create with destructor, pthread_setspecific, sem_wait.
#include <pthread.h>
#include <semaphore.h>

sem_t done;
pthread_key_t key;
int total;

void AddToTotal(void* value) { total += *static_cast<int*>(value); }

void* Work(void* value) {
  pthread_setspecific(key, value);
  sem_post(&done);
  return nullptr;
}

int main() {
  sem_init(&done, 0, 0);
  pthread_key_create(&key, AddToTotal);
  int value = 5;
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, &value);
  sem_wait(&done);
  const int seen = total;
  pthread_join(worker, nullptr);
  pthread_key_delete(key);
  sem_destroy(&done);
  return seen != 0 && seen != 5;
}
