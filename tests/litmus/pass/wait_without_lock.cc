// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: it locks first.
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
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&condition, &mutex, &deadline);
    pthread_mutex_unlock(&mutex);
  });
  waiter.join();
}
