// heddle: ways=gcc,clang levels=O0,O2
// Fixed: `sum` is atomic, so all three are ordered whoever goes first. Covers: atomic read-modify-write.
#include <atomic>
#include <thread>

std::atomic<int> done;
std::atomic<int> sum;

void Work() {
  ++done;
  ++sum;
  ++done;
}

int main() {
  std::thread first(Work);
  std::thread second(Work);
  first.join();
  second.join();
  return sum == 0;
}
