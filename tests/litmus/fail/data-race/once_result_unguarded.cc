// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: one thread initialises through call_once, another uses the result without it.
//   step | thread 1                   | thread 2
//   1    | call_once: limit = 10      |
//   2    |                            | reads limit     <- unordered with step 1
// Covers: std::call_once.
#include <mutex>
#include <thread>

std::once_flag once;
int limit;

void Initialise() {
  std::call_once(once, [] { limit = 10; });
}

int main() {
  int seen = 0;
  std::thread first(Initialise);
  std::thread second([&] { seen = limit; });
  first.join();
  second.join();
  return seen != 0 && seen != 10;
}
