// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a thread waits on a condition variable with a mutex that it does not hold. Every schedule does it.
//   step | waiter
//   1    | waits with a mutex that nobody holds
// Covers: pthread_cond_timedwait.
#include <pthread.h>
#include <time.h>

#include <thread>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

int main() {
  std::thread waiter([] {
    timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_nsec = deadline.tv_nsec / 2;
    pthread_cond_timedwait(&condition, &mutex, &deadline);
    pthread_mutex_unlock(&mutex);
  });
  waiter.join();
}
