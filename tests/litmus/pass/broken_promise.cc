// heddle: ways=gcc,clang levels=O0,O2
// Fixed: a cancelled worker answers that it was cancelled.
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
    promise.set_value(cancelled ? -1 : 42);
    std::promise<int> done = std::move(promise);  // Gone at the end of the thread, not of main.
  });
  const int value = answer.get();
  canceller.join();
  worker.join();
  return value != 42 && value != -1;
}
