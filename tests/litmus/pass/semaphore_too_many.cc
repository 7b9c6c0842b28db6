// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it starts with one permit.
// Covers: std::counting_semaphore.
#include <semaphore>
#include <thread>

std::counting_semaphore<2> permits(1);
int shared;

void Work() {
  permits.acquire();
  ++shared;
  permits.release();
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  first.join();
  second.join();
  return shared != 2;
}
