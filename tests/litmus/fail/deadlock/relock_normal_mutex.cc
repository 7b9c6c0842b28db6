// heddle: ways=gcc,clang,plain levels=O0,O2 switches=0
// Bug: a callback that is only called in one order locks the mutex that its caller holds; POSIX promises a deadlock for
// a normal mutex.
//   step | producer                     | consumer
//   1    | locks, has_data = true       |
//   2    |                              | locks, sees data, calls back
//   3    |                              | locks again: waits for itself
// Covers: pthread_mutexattr_settype, normal and recursive.
#include <pthread.h>

#include <thread>

pthread_mutex_t mutex;
bool has_data;
int handled;

void OnData() {
  pthread_mutex_lock(&mutex);
  ++handled;
  pthread_mutex_unlock(&mutex);
}

int main() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_NORMAL);
  pthread_mutex_init(&mutex, &attributes);
  std::thread producer([] {
    pthread_mutex_lock(&mutex);
    has_data = true;
    pthread_mutex_unlock(&mutex);
  });
  std::thread consumer([] {
    pthread_mutex_lock(&mutex);
    if (has_data) OnData();
    pthread_mutex_unlock(&mutex);
  });
  producer.join();
  consumer.join();
  pthread_mutex_destroy(&mutex);
  return handled > 1;
}
