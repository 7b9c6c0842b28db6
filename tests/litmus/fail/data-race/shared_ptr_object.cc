// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: the counts of a shared_ptr are atomic, the pointer is not: one thread replaces it, another copies it. Main keeps
// both objects alive, so that nothing but the race can happen.
//   step | writer                   | reader
//   1    | current = second         |
//   2    |                          | copies current     <- unordered with step 1
// Covers: shared_ptr, its control block.
#include <memory>
#include <thread>

int main() {
  auto first = std::make_shared<int>(1);
  auto second = std::make_shared<int>(1);
  std::shared_ptr<int> current = first;
  int seen = 0;
  std::thread writer([&] { current = second; });
  std::thread reader([&] {
    std::shared_ptr<int> copy = current;
    seen = *copy;
  });
  writer.join();
  reader.join();
  return seen != 1;
}
