// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: an event may arrive before the callback for it is set. The lock makes it no data race.
//   step | main                 | event thread
//   1    |                      | calls the null callback     <- SIGSEGV
//   2    | sets the callback    |
// Covers: mutex, call through a null pointer.
#include <pthread.h>

using Callback = void (*)();

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
Callback callback;
int events;

void OnEvent() { ++events; }

void* EventThread(void*) {
  pthread_mutex_lock(&mutex);
  callback();
  pthread_mutex_unlock(&mutex);
  return nullptr;
}

int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, EventThread, nullptr);
  pthread_mutex_lock(&mutex);
  callback = OnEvent;
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, nullptr);
  return events != 1;
}
