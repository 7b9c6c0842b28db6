// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it asks again until it is ready.
// Covers: std::future::wait_for.
#include <cassert>
#include <chrono>
#include <future>

int main() {
  std::future<int> answer = std::async(std::launch::async, [] { return 42; });
  while (answer.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  assert(answer.get() == 42);
}
