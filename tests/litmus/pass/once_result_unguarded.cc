// heddle: ways=gcc,clang levels=O0,O2
// Fixed: whoever needs the result goes through call_once.
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
  std::thread second([&] {
    Initialise();
    seen = limit;
  });
  first.join();
  second.join();
  return seen != 10;
}
