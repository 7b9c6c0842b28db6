// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a waiter on condition_variable_any takes the end of its wait for data; it was the stop request.
//   step | main               | worker
//   1    |                    | waits for data or a stop request
//   2    | request_stop       |
//   3    |                    | wakes: assert(has_data)
// Covers: std::jthread, std::stop_token, condition_variable_any::wait with a token.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#if !defined(__clang__)
#pragma GCC diagnostic ignored \
    "-Wmaybe-uninitialized"  // False alarm of g++ 12 inside std::jthread.
#endif

std::mutex mutex;
std::condition_variable_any changed;
bool has_data;

int main() {
  std::jthread worker([](std::stop_token stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return has_data; });
    assert(has_data);
  });
  std::jthread producer([] {
    std::lock_guard lock(mutex);
    has_data = true;
    changed.notify_all();
  });
  worker.request_stop();
}
