// heddle: ways=gcc,clang levels=O0,O2 switches=2
// Bug: the flag is atomic, so it "needs no lock"; it can be set and notified between the waiter's look and its wait.
//   step | setter                    | waiter
//   1    |                           | locks, looks: not ready
//   2    | ready = true, notifies    |
//   3    |                           | waits for ever
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
  ready = true;
  pthread_cond_signal(&condition);
  waiter.join();
}
