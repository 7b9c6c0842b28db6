// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the shared lock is given back first, and what was read is read again under the exclusive one.
// Covers: pthread_rwlock_rdlock, pthread_rwlock_wrlock.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
int value;

void InitialiseOnce() {
  pthread_rwlock_rdlock(&lock);
  const bool missing = value == 0;
  pthread_rwlock_unlock(&lock);
  if (!missing) return;
  pthread_rwlock_wrlock(&lock);
  if (value == 0) value = 1;
  pthread_rwlock_unlock(&lock);
}

int main() {
  std::thread first(InitialiseOnce);
  std::thread second(InitialiseOnce);
  first.join();
  second.join();
  return value != 1;
}
