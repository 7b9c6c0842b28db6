// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=hold-lock
// Bug: the reader of a statistic does not take the spin lock of its writers.
//   step | writer                      | reader
//   1    | spin lock, ++packets        |
//   2    |                             | reads packets     <- unordered with step 1
// Covers: pthread_spin_lock, pthread_spin_unlock.
#include <pthread.h>

#include <thread>

pthread_spinlock_t lock;
long packets;

int main() {
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  long seen = 0;
  std::thread writer([] {
    pthread_spin_lock(&lock);
    ++packets;
    pthread_spin_unlock(&lock);
  });
  std::thread reader([&] { seen = packets; });
  writer.join();
  reader.join();
  pthread_spin_destroy(&lock);
  return seen > 1;
}
