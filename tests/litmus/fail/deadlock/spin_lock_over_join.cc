// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: main joins a worker while it holds the spin lock that the worker needs.
//   step | main                   | worker
//   1    | spin lock              |
//   2    | joins the worker       |
//   3    |                        | spins for the lock, for ever
// Covers: pthread_spin_lock, pthread_spin_trylock.
#include <pthread.h>

#include <thread>

pthread_spinlock_t lock;
int state;

int main() {
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  std::thread worker([] {
    pthread_spin_lock(&lock);
    ++state;
    pthread_spin_unlock(&lock);
  });
  pthread_spin_lock(&lock);
  worker.join();
  pthread_spin_unlock(&lock);
  pthread_spin_destroy(&lock);
  return state < 1;
}
