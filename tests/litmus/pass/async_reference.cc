// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the local is changed after get().
// Covers: std::async, std::future::get.
#include <future>

int main() {
  int amount = 1;
  std::future<int> answer = std::async(std::launch::async, [&] { return amount * 10; });
  const int result = answer.get();
  amount = 2;
  return result < amount * 5;
}
