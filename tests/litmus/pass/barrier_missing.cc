// heddle: ways=gcc,clang levels=O0,O2
// Fixed: a barrier between the phases. Covers: pthread_barrier.
#include <pthread.h>

#include <thread>

pthread_barrier_t barrier;
int cells[2];
int sums[2];

void Work(int self) {
  cells[self] = 1;
  pthread_barrier_wait(&barrier);
  sums[self] = cells[0] + cells[1];
}

int main() {
  pthread_barrier_init(&barrier, nullptr, 2);
  std::thread first(Work, 0);
  std::thread second(Work, 1);
  first.join();
  second.join();
  pthread_barrier_destroy(&barrier);
  return sums[0] + sums[1] != 4;
}
