// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: if the try for the read lock fails, it is released all the same.
//   step | writer            | reader
//   1    | write lock        |
//   2    |                   | tryrdlock fails
//   3    |                   | unlocks     <- does not hold it
// Covers: pthread_rwlock_tryrdlock, pthread_rwlock_unlock.
#include <pthread.h>

#include <thread>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

int main() {
  std::thread writer([] {
    pthread_rwlock_wrlock(&lock);
    pthread_rwlock_unlock(&lock);
  });
  std::thread reader([] {
    pthread_rwlock_tryrdlock(&lock);
    pthread_rwlock_unlock(&lock);
  });
  writer.join();
  reader.join();
}
