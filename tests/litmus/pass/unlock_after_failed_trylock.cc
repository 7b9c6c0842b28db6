// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: an error-checking mutex says EPERM, which the program expects.
// Covers: pthread_mutex_trylock, PTHREAD_MUTEX_ERRORCHECK.
#include <pthread.h>

#include <cassert>
#include <cerrno>
#include <thread>

pthread_mutex_t mutex;

int main() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&mutex, &attributes);
  std::thread first([] {
    pthread_mutex_lock(&mutex);
    const int again = pthread_mutex_lock(&mutex);
    assert(again == EDEADLK);
    pthread_mutex_unlock(&mutex);
  });
  std::thread second([] {
    const bool locked = pthread_mutex_trylock(&mutex) == 0;
    const int result = pthread_mutex_unlock(&mutex);
    assert(result == (locked ? 0 : EPERM));
  });
  first.join();
  second.join();
  pthread_mutex_destroy(&mutex);
}
