// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: nothing to fix. A library keeps its worker for as long as the process lives; that thread is neither joined nor
// detached, but it has not ended either, so nothing of it is kept for nobody. A static object joins another one.
// Covers: threads at the end of the process, std::thread in a static object.
#include <pthread.h>

#include <thread>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t work = PTHREAD_COND_INITIALIZER;

void* WaitForWork(void*) {
  pthread_mutex_lock(&mutex);
  for (;;) pthread_cond_wait(&work, &mutex);
}

struct Owner {
  ~Owner() {
    if (thread.joinable()) thread.join();
  }
  std::thread thread;
} owner;

int main() {
  pthread_t worker;
  pthread_create(&worker, nullptr, WaitForWork, nullptr);
  owner.thread = std::thread([] {});
}
