// Explores for ever, with a race that is found at once: what Ctrl-C shows of it is the test (check_explore.py).
#include <mutex>
#include <thread>

#include "heddle/heddle.h"

int main() {
  heddle::Options options;
  options.schedules = UINT64_MAX;
  options.time = std::chrono::nanoseconds(0);
  options.keep_going = true;
  const heddle::Result result = heddle::Explore(
      [] {
        int count = 0;
        std::thread other([&] { ++count; });
        ++count;
        other.join();
      },
      options);
  return result.ok() ? 0 : 1;
}
