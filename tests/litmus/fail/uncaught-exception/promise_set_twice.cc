// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: two threads answer one question; the second set_value throws.
//   step | thread 1              | thread 2
//   1    | set_value(1)          |
//   2    |                       | set_value(2) throws future_error: std::terminate
// Covers: std::promise::set_value.
#include <atomic>
#include <future>
#include <thread>

std::promise<int> promise;
std::atomic<bool> claimed;

void Answer(int value) { promise.set_value(value); }

int main() {
  std::future<int> answer = promise.get_future();
  std::thread first(Answer, 1);
  std::thread second(Answer, 2);
  const int value = answer.get();
  first.join();
  second.join();
  return value != 1 && value != 2;
}
