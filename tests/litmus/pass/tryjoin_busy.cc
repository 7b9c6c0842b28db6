// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: then it is joined in earnest.
// Covers: pthread_tryjoin_np.
#include <pthread.h>

void* Work(void*) { return nullptr; }

int main() {
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  if (pthread_tryjoin_np(worker, nullptr) != 0) pthread_join(worker, nullptr);
}
