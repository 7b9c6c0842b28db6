// The smallest deadlock that depends on the schedule: two binary semaphores taken in opposite orders. Semaphores
// and not mutexes, so that there is no lock order to complain about: only the deadlock itself can be found.
//
//   step | thread 1          | thread 2
//   1    | takes left        |
//   2    |                   | takes right
//   3    | waits for right   |
//   4    |                   | waits for left     <- nobody can go on: deadlock
#include <semaphore.h>

#include <thread>

sem_t left;
sem_t right;

void TakeBoth(sem_t* one, sem_t* other) {
  sem_wait(one);
  sem_wait(other);
  sem_post(other);
  sem_post(one);
}

int main() {
  sem_init(&left, 0, 1);
  sem_init(&right, 0, 1);
  std::thread first([] { TakeBoth(&left, &right); });
  std::thread second([] { TakeBoth(&right, &left); });
  first.join();
  second.join();
}
