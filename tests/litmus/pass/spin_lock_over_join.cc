// heddle: ways=gcc,clang levels=O0,O2
// Fixed: a spin lock is held for a few instructions only; a trylock that fails is somebody else's turn.
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
  if (pthread_spin_trylock(&lock) == 0) {
    ++state;
    pthread_spin_unlock(&lock);
  }
  worker.join();
  pthread_spin_destroy(&lock);
  return state < 1;
}
