// heddle: ways=gcc,clang levels=O0,O2
// Fixed: no lock, no access.
// Covers: pthread_mutex_trylock.
#include <pthread.h>

#include <thread>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int shared;

int main() {
  std::thread first([] {
    pthread_mutex_lock(&mutex);
    ++shared;
    pthread_mutex_unlock(&mutex);
  });
  std::thread second([] {
    const bool locked = pthread_mutex_trylock(&mutex) == 0;
    if (!locked) return;
    ++shared;
    pthread_mutex_unlock(&mutex);
  });
  first.join();
  second.join();
  return shared == 0;
}
