// A race that an unrelated critical section hides: thread 1 writes the configuration and then takes a lock to announce
// it; thread 2 takes the same lock to log a line and then writes the configuration.
//
// Why ThreadSanitizer misses it: whether the two writes are ordered depends on who gets the lock first. If thread 1
// does, its write comes before its unlock, that unlock before thread 2's lock, and that lock before thread 2's write:
// ordered, by luck. Thread 1 is started first, so that is what nearly every real run does. The other order is the bug:
//
//   step | thread 1                          | thread 2
//   1    |                                   | lock, log, unlock
//   2    |                                   | config.level = 2
//   3    | config.level = 1                  |                    <- nothing orders steps 2 and 3: data-race
//   4    | lock, log, unlock                 |
//
// As reported: the writes stand outside of the lock. Fixed (-DDEMO_FIXED=1): they stand inside.
#include <cstdio>
#include <mutex>
#include <thread>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

struct Config {
  int level = 0;
};

class Service {
 public:
  // The first user sets the level, then logs.
  void Configure() {
    if constexpr (kFixed) {
      std::lock_guard lock(mutex_);
      config_.level = 1;
      ++log_lines_;
    } else {
      config_.level = 1;
      std::lock_guard lock(mutex_);
      ++log_lines_;
    }
  }

  // The second user logs, then sets the level.
  void Override() {
    if constexpr (kFixed) {
      std::lock_guard lock(mutex_);
      ++log_lines_;
      config_.level = 2;
    } else {
      {
        std::lock_guard lock(mutex_);
        ++log_lines_;
      }
      config_.level = 2;
    }
  }

  int level() const { return config_.level; }

 private:
  static constexpr bool kFixed = DEMO_FIXED;

  std::mutex mutex_;  // Guards log_lines_; as reported, config_ has no guard at all.
  int log_lines_ = 0;
  Config config_;
};

int main() {
  Service service;
  std::thread first([&] { service.Configure(); });
  std::thread second([&] { service.Override(); });
  first.join();
  second.join();
  std::printf("level %d\n", service.level());
}
