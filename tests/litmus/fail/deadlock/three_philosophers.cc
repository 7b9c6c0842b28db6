// heddle: ways=gcc,clang,plain levels=O0,O2 run=--no-detect=lock-order switches=1
// Bug: each of three philosophers takes the left fork, then the right one. Other schedules show the lock order, so that
// verdict is switched off here.
//   step | philosopher 0     | philosopher 1     | philosopher 2
//   1    | locks fork 0      |                   |
//   2    |                   | locks fork 1      |
//   3    |                   |                   | locks fork 2
//   4    | waits for fork 1  | waits for fork 2  | waits for fork 0
// Covers: pthread_mutex, a cycle of three.
#include <pthread.h>

#include <algorithm>

constexpr long kCount = 3;
pthread_mutex_t forks[kCount] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                 PTHREAD_MUTEX_INITIALIZER};

void* Dine(void* argument) {
  const long self = reinterpret_cast<long>(argument);
  const long one = self;
  const long other = (self + 1) % kCount;
  pthread_mutex_lock(&forks[one]);
  pthread_mutex_lock(&forks[other]);
  pthread_mutex_unlock(&forks[other]);
  pthread_mutex_unlock(&forks[one]);
  return nullptr;
}

int main() {
  pthread_t philosophers[kCount];
  for (long i = 0; i < kCount; ++i) {
    pthread_create(&philosophers[i], nullptr, Dine, reinterpret_cast<void*>(i));
  }
  for (pthread_t philosopher : philosophers) pthread_join(philosopher, nullptr);
}
