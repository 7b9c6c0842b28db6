// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: everybody arrives. One of them is told to be the serial thread.
// Covers: pthread_barrier_wait, sem_trywait.
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <thread>

pthread_barrier_t barrier;
sem_t work;
std::atomic<int> serial_count;

void Worker() {
  sem_trywait(&work);
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
