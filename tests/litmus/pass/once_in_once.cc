// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: both go through a to b.
// Covers: std::call_once, pthread_once.
#include <pthread.h>

#include <mutex>
#include <thread>

std::once_flag a;
pthread_once_t b = PTHREAD_ONCE_INIT;

void Nothing() {}

int main() {
  std::thread first([] { std::call_once(a, [] { pthread_once(&b, Nothing); }); });
  std::thread second([] { std::call_once(a, [] { pthread_once(&b, Nothing); }); });
  first.join();
  second.join();
}
