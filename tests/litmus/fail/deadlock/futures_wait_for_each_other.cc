// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: two threads wait for each other's answer before they give their own. Every schedule ends so.
//   step | thread 1                  | thread 2
//   1    | waits for 2's future      |
//   2    |                           | waits for 1's future
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
    seen = second_answer.get();
    from_first.set_value(1);
  });
  std::thread second([&] { from_second.set_value(first_answer.get() + 1); });
  first.join();
  second.join();
  return seen != 2;
}
