// heddle: ways=gcc,clang,plain levels=O0,O2
// Fixed: notify_all.
// Covers: notify_one, notify_all.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable condition;
bool open;

void PassGate() {
  std::unique_lock lock(mutex);
  condition.wait(lock, [] { return open; });
}

int main() {
  std::thread first(PassGate);
  std::thread second(PassGate);
  {
    std::lock_guard lock(mutex);
    open = true;
  }
  condition.notify_all();
  first.join();
  second.join();
}
