// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: a lock that prefers writers is read-locked twice by one thread; a writer that comes in between blocks the second
// and is blocked by the first.
//   step | reader                        | writer
//   1    | read lock                     |
//   2    |                               | write lock: waits for the reader
//   3    | read lock: waits for the writer |
// Covers: pthread_rwlockattr_setkind_np, preference for writers.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock;
int value;

int ReadInner() {
  pthread_rwlock_rdlock(&lock);
  const int seen = value;
  pthread_rwlock_unlock(&lock);
  return seen;
}

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
