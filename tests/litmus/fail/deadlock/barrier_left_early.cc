// heddle: ways=gcc,clang,plain levels=O0,O2
// Bug: a thread that finds nothing to do leaves without arriving at the barrier.
//   step | thread 1                     | thread 2
//   1    | takes the only piece of work |
//   2    |                              | finds none, leaves
//   3    | waits at the barrier for 2   |
// Covers: pthread_barrier_wait, sem_trywait.
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <thread>

pthread_barrier_t barrier;
sem_t work;
std::atomic<int> serial_count;

void Worker() {
  if (sem_trywait(&work) != 0) return;
  if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) ++serial_count;
}

int main() {
  pthread_barrier_init(&barrier, nullptr, 2);
  sem_init(&work, 0, 1);
  std::thread first(Worker);
  std::thread second(Worker);
  first.join();
  second.join();
  pthread_barrier_destroy(&barrier);
  return serial_count != 1;
}
