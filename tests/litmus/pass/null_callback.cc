// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: the callback is set before the thread is started.
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
  callback = OnEvent;
  pthread_t thread;
  pthread_create(&thread, nullptr, EventThread, nullptr);
  pthread_join(thread, nullptr);
  return events != 1;
}
