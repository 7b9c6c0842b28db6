// heddle: ways=gcc,clang,plain levels=O0,O2
// No bug: two threads take two locks in opposite orders, but only under a third one, so the cycle can never close.
// Without a failing twin: it guards against a false alarm. Covers: lock order under a common guard.
#include <mutex>
#include <thread>

std::mutex guard;
std::mutex a;
std::mutex b;

int main() {
  std::thread first([] {
    std::lock_guard lock(guard);
    std::lock_guard lock_a(a);
    std::lock_guard lock_b(b);
  });
  std::thread second([] {
    std::lock_guard lock(guard);
    std::lock_guard lock_b(b);
    std::lock_guard lock_a(a);
  });
  first.join();
  second.join();
}
