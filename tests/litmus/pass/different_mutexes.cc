// heddle: ways=gcc,clang levels=O0,O2
// Fixed: each mutex guards its own field; that the fields are neighbours is no race. Covers: adjacent memory locations.
#include <mutex>
#include <thread>

struct Pair {
  int left = 0;
  int right = 0;
};

std::mutex a;
std::mutex b;
Pair counts;

int main() {
  std::thread first([] {
    std::lock_guard lock(a);
    ++counts.left;
  });
  std::thread second([] {
    std::lock_guard lock(b);
    ++counts.right;
  });
  first.join();
  second.join();
  return counts.left + counts.right == 0;
}
