// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it asks with a deadline, and waits in earnest when that has passed.
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
    timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 1;
    if (pthread_rwlock_timedrdlock(&lock, &deadline) != 0) pthread_rwlock_rdlock(&lock);
    assert(value == 0 || value == 1);
    pthread_rwlock_unlock(&lock);
  });
  writer.join();
  reader.join();
}
