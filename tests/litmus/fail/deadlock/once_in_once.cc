// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: two once-only initialisers need each other, from two threads.
//   step | thread 1                        | thread 2
//   1    | runs a's initialiser            |
//   2    |                                 | runs b's initialiser
//   3    | waits for b                     |
//   4    |                                 | waits for a
// Covers: std::call_once, pthread_once.
#include <pthread.h>

#include <mutex>
#include <thread>

std::once_flag a;
pthread_once_t b = PTHREAD_ONCE_INIT;

void Nothing() {}

int main() {
  std::thread first([] { std::call_once(a, [] { pthread_once(&b, Nothing); }); });
  std::thread second([] { pthread_once(&b, [] { std::call_once(a, Nothing); }); });
  first.join();
  second.join();
}
