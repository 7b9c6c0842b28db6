// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: the result of pthread_mutex_trylock decides only about the unlock, not about the access.
//   step | thread 1               | thread 2
//   1    | locks                  |
//   2    |                        | trylock fails
//   3    | ++shared               |
//   4    |                        | ++shared     <- unordered with step 3
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
    ++shared;
    if (locked) pthread_mutex_unlock(&mutex);
  });
  first.join();
  second.join();
  return shared == 0;
}
