// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: two phases of a computation without a barrier between them: the second reads what the neighbour wrote in the
// first. Covers: threads that depend on each other by phase.
//   step | thread 0           | thread 1
//   1    | cells[0] = 1       |
//   2    |                    | cells[1] = 1
//   3    | reads cells[1]     |     <- unordered with step 2
#include <pthread.h>

#include <thread>

pthread_barrier_t barrier;
int cells[2];
int sums[2];

void Work(int self) {
  cells[self] = 1;
  sums[self] = cells[0] + cells[1];
}

int main() {
  pthread_barrier_init(&barrier, nullptr, 2);
  std::thread first(Work, 0);
  std::thread second(Work, 1);
  first.join();
  second.join();
  pthread_barrier_destroy(&barrier);
  return sums[0] + sums[1] < 2;
}
