// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: three threads, three locks: a before b, b before c, c before a. Each waits for the one before to be through.
//   step | thread 0             | thread 1             | thread 2
//   1    | locks a, b; stage 1  |                      |
//   2    |                      | locks b, c; stage 2  |
//   3    |                      |                      | locks c, a     <- closes the cycle of orders
// Covers: pthread_mutex, a cycle of three, spinning on an atomic.
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <thread>

pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
std::atomic<int> stage;

void LockBothAtStage(int wanted, pthread_mutex_t* one, pthread_mutex_t* other) {
  while (stage.load(std::memory_order_relaxed) != wanted) sched_yield();
  pthread_mutex_lock(one);
  pthread_mutex_lock(other);
  pthread_mutex_unlock(other);
  pthread_mutex_unlock(one);
  stage.store(wanted + 1, std::memory_order_relaxed);
}

int main() {
  std::thread first(LockBothAtStage, 0, &a, &b);
  std::thread second(LockBothAtStage, 1, &b, &c);
  std::thread third(LockBothAtStage, 2, &c, &a);
  first.join();
  second.join();
  third.join();
}
