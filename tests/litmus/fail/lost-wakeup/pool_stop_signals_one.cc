// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: a pool tells its idle workers to stop with one signal.
//   step | worker 1                | worker 2                | main
//   1    | idle: waits             | idle: waits             |
//   2    |                         |                         | stopping = true, signals one
//   3    | ends                    | waits for ever          | joins worker 2
// Covers: pthread_cond_signal, pthread_cond_broadcast.
#include <pthread.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t work_or_stop = PTHREAD_COND_INITIALIZER;
int jobs = 1;
int finished;
bool stopping;

void* Worker(void*) {
  pthread_mutex_lock(&mutex);
  while (true) {
    if (jobs > 0) {
      --jobs;
      ++finished;
    } else if (stopping) {
      break;
    } else {
      pthread_cond_wait(&work_or_stop, &mutex);
    }
  }
  pthread_mutex_unlock(&mutex);
  return nullptr;
}

int main() {
  pthread_t first;
  pthread_t second;
  pthread_create(&first, nullptr, Worker, nullptr);
  pthread_create(&second, nullptr, Worker, nullptr);
  pthread_mutex_lock(&mutex);
  stopping = true;
  pthread_cond_signal(&work_or_stop);
  pthread_mutex_unlock(&mutex);
  pthread_join(first, nullptr);
  pthread_join(second, nullptr);
  return finished != 1;
}
