// Waits until a number of things are done, as Go's sync.WaitGroup, its rules included: the counter may not fall below zero.
#pragma once

#include <condition_variable>
#include <mutex>

namespace systems {

// Thread-safe.
class WaitGroup {
 public:
  WaitGroup() = default;
  WaitGroup(const WaitGroup&) = delete;
  WaitGroup& operator=(const WaitGroup&) = delete;

  // Adds `delta` (which may be negative) to the counter; wakes who waits when it reaches zero.
  // Panics with Go's words when the counter would be negative.
  void Add(int delta);
  void Done() { Add(-1); }

  // Waits until the counter is zero; at once if it is.
  void Wait();

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  int count_ = 0;  // guarded by mutex_
};

}  // namespace systems
