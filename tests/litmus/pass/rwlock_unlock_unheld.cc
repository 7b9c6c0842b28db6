// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: no lock, no unlock.
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
    if (pthread_rwlock_tryrdlock(&lock) == 0) pthread_rwlock_unlock(&lock);
  });
  writer.join();
  reader.join();
}
