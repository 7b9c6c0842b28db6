// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: std::scoped_lock takes both without deadlock, whatever the order of its arguments.
// Covers: std::mutex, std::lock (try_lock and back-off).
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;
int transfers;

int main() {
  std::thread first([] {
    std::scoped_lock lock(a, b);
    ++transfers;
  });
  std::thread second([] {
    std::scoped_lock lock(b, a);
    ++transfers;
  });
  first.join();
  second.join();
  return transfers != 2;
}
