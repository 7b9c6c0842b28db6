// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a reader that wants to write asks for the exclusive lock while it still holds the shared one; two of them wait
// for each other (and one alone waits for itself).
//   step | thread 1                  | thread 2
//   1    | read lock                 |
//   2    |                           | read lock
//   3    | write lock: waits for 2   |
//   4    |                           | write lock: waits for 1
// Covers: pthread_rwlock_rdlock, pthread_rwlock_wrlock.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
int value;

void InitialiseOnce() {
  pthread_rwlock_rdlock(&lock);
  const bool missing = value == 0;
  if (missing) {
    pthread_rwlock_wrlock(&lock);
    value = 1;
    pthread_rwlock_unlock(&lock);
  }
  pthread_rwlock_unlock(&lock);
}

int main() {
  std::thread first(InitialiseOnce);
  std::thread second(InitialiseOnce);
  first.join();
  second.join();
  return value != 1;
}
