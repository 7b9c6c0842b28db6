// heddle: ways=gcc,clang,plain levels=O0,O2
// No bug: two threads take two locks in opposite orders, but the second is created after the first was joined, so they
// can never overlap. Without a failing twin: it guards against a false alarm. Covers: lock order ordered by join.
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

int main() {
  std::thread([] {
    std::lock_guard lock_a(a);
    std::lock_guard lock_b(b);
  }).join();
  std::thread([] {
    std::lock_guard lock_b(b);
    std::lock_guard lock_a(a);
  }).join();
}
