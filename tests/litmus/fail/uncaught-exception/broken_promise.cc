// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a worker that sees the cancellation leaves without an answer; its promise breaks, and main does not expect that.
//   step | worker                       | canceller            | main
//   1    |                              | cancelled = true     |
//   2    | sees it, drops the promise   |                      |
//   3    |                              |                      | get() throws future_error
// Covers: std::promise, broken promise.
#include <atomic>
#include <future>
#include <thread>

std::atomic<bool> cancelled;

int main() {
  std::promise<int> promise;
  std::future<int> answer = promise.get_future();
  std::thread canceller([] { cancelled = true; });
  std::thread worker([promise = std::move(promise)]() mutable {
    if (!cancelled) promise.set_value(42);
    std::promise<int> done = std::move(promise);  // Gone at the end of the thread, not of main.
  });
  const int value = answer.get();
  canceller.join();
  worker.join();
  return value != 42 && value != -1;
}
