// heddle: ways=gcc,clang,plain levels=O0,O2
// Twin of fail/data-race/c11_threads.cc: both sides update the counter under the mutex, and main waits for the worker on
// a condition.
// Covers: thrd_create, thrd_join with a result, mtx_lock, mtx_unlock, cnd_wait, cnd_signal, call_once, tss_create.
#include <threads.h>

mtx_t mutex;
cnd_t changed;
once_flag once = ONCE_FLAG_INIT;
tss_t key;
int counter;
bool done;

void Initialise() {
  mtx_init(&mutex, mtx_plain);
  cnd_init(&changed);
  tss_create(&key, nullptr);
}

int Work(void*) {
  call_once(&once, Initialise);
  tss_set(key, &counter);
  mtx_lock(&mutex);
  ++counter;
  done = true;
  cnd_signal(&changed);
  mtx_unlock(&mutex);
  return tss_get(key) == &counter ? 7 : 0;
}

int main() {
  call_once(&once, Initialise);
  thrd_t worker;
  thrd_create(&worker, Work, nullptr);
  mtx_lock(&mutex);
  ++counter;
  while (!done) cnd_wait(&changed, &mutex);
  mtx_unlock(&mutex);
  int result = 0;
  thrd_join(worker, &result);
  return counter != 2 || result != 7;
}
