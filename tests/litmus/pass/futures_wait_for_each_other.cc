// heddle: ways=gcc,clang levels=O0,O2
// Fixed: thread 1 answers first.
// Covers: std::promise, std::future.
#include <future>
#include <thread>

int main() {
  std::promise<int> from_first;
  std::promise<int> from_second;
  std::future<int> first_answer = from_first.get_future();
  std::future<int> second_answer = from_second.get_future();
  int seen = 0;
  std::thread first([&] {
    from_first.set_value(1);
    seen = second_answer.get();
  });
  std::thread second([&] { from_second.set_value(first_answer.get() + 1); });
  first.join();
  second.join();
  return seen != 2;
}
