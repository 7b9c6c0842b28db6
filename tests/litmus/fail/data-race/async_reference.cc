// heddle: ways=gcc,clang levels=O0,O2 switches=1 remedy=wait-for-all
// Bug: a task started by std::async refers to a local that its starter changes before it asks for the result.
//   step | main                   | task
//   1    | starts the task        |
//   2    |                        | reads amount
//   3    | amount = 2             |     <- unordered with step 2
// Covers: std::async, std::future::get.
#include <future>

int main() {
  int amount = 1;
  std::future<int> answer = std::async(std::launch::async, [&] { return amount * 10; });
  amount = 2;
  const int result = answer.get();
  return result < amount * 5;
}
