// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the last one takes a before c.
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
  std::thread third(LockBothAtStage, 2, &a, &c);
  first.join();
  second.join();
  third.join();
}
