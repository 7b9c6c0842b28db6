// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: pthread_rwlock_tryrdlock "cannot fail here".
//   step | writer              | reader
//   1    | write lock          |
//   2    |                     | tryrdlock: EBUSY
// Covers: pthread_rwlock_tryrdlock, pthread_rwlock_timedrdlock.
#include <pthread.h>
#include <time.h>

#include <cassert>
#include <thread>

pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
int value;

int main() {
  std::thread writer([] {
    pthread_rwlock_wrlock(&lock);
    value = 1;
    pthread_rwlock_unlock(&lock);
  });
  std::thread reader([] {
    const int result = pthread_rwlock_tryrdlock(&lock);
    assert(result == 0);
    assert(value == 0 || value == 1);
    pthread_rwlock_unlock(&lock);
  });
  writer.join();
  reader.join();
}
