// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=hold-lock
// Bug: C11's threads, a counter that only one side updates under the mutex.
//   step | worker               | main
//   1    | locks, counter = 1   |
//   2    |                      | counter += 1 without the lock
// Covers: thrd_create, thrd_join, mtx_lock, mtx_unlock, call_once.
#include <threads.h>

mtx_t mutex;
once_flag once = ONCE_FLAG_INIT;
int counter;

void Initialise() { mtx_init(&mutex, mtx_plain); }

int Work(void*) {
  call_once(&once, Initialise);
  mtx_lock(&mutex);
  ++counter;
  mtx_unlock(&mutex);
  return 0;
}

int main() {
  call_once(&once, Initialise);
  thrd_t worker;
  thrd_create(&worker, Work, nullptr);
  ++counter;
  thrd_join(worker, nullptr);
  return counter != 2;
}
