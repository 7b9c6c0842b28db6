// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the first to claim the answer gives it.
// Covers: std::promise::set_value.
#include <atomic>
#include <future>
#include <thread>

std::promise<int> promise;
std::atomic<bool> claimed;

void Answer(int value) {
  if (!claimed.exchange(true)) promise.set_value(value);
}

int main() {
  std::future<int> answer = promise.get_future();
  std::thread first(Answer, 1);
  std::thread second(Answer, 2);
  const int value = answer.get();
  first.join();
  second.join();
  return value != 1 && value != 2;
}
