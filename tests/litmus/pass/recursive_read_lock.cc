// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the inner function expects the lock to be held.
// Covers: pthread_rwlockattr_setkind_np, preference for writers.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock;
int value;

// REQUIRES: the lock is held.
int ReadInner() { return value; }

int main() {
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&lock, &attributes);
  int seen = 0;
  std::thread reader([&] {
    pthread_rwlock_rdlock(&lock);
    seen = ReadInner();
    pthread_rwlock_unlock(&lock);
  });
  std::thread writer([] {
    pthread_rwlock_wrlock(&lock);
    value = 1;
    pthread_rwlock_unlock(&lock);
  });
  reader.join();
  writer.join();
  pthread_rwlock_destroy(&lock);
  return seen > 1;
}
