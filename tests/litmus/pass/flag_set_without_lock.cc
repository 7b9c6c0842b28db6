// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it is set under the mutex.
// Covers: pthread_cond_wait, pthread_cond_signal.
#include <pthread.h>

#include <atomic>
#include <thread>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
std::atomic<bool> ready;

int main() {
  std::thread waiter([] {
    pthread_mutex_lock(&mutex);
    while (!ready) pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
  });
  pthread_mutex_lock(&mutex);
  ready = true;
  pthread_mutex_unlock(&mutex);
  pthread_cond_signal(&condition);
  waiter.join();
}
