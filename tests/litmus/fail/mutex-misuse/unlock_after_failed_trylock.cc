// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: a trylock that failed is followed by an unlock all the same.
//   step | thread 1          | thread 2
//   1    | locks             |
//   2    |                   | trylock fails
//   3    |                   | unlocks     <- the lock of thread 1
// Covers: pthread_mutex_trylock, PTHREAD_MUTEX_ERRORCHECK.
#include <pthread.h>

#include <thread>

pthread_mutex_t mutex;

int main() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_NORMAL);
  pthread_mutex_init(&mutex, &attributes);
  std::thread first([] {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  });
  std::thread second([] {
    pthread_mutex_trylock(&mutex);
    pthread_mutex_unlock(&mutex);
  });
  first.join();
  second.join();
  pthread_mutex_destroy(&mutex);
}
