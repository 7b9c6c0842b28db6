// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: pthread_tryjoin_np says that the thread still runs, and nobody listens.
//   step | main                  | worker
//   1    | tryjoin: EBUSY        |
//   2    | returns               | never joined
// Covers: pthread_tryjoin_np.
#include <pthread.h>

void* Work(void*) { return nullptr; }

int main() {
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  pthread_tryjoin_np(worker, nullptr);
}
