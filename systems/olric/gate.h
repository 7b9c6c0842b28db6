// Operations of a partition pass while its owner stays; to change the owner, the gate is shut and those inside are waited
// for. So no operation acts on an ownership that has ended: what it read is still what it writes to.
#pragma once

#include <condition_variable>
#include <mutex>

namespace olric {

// Thread-safe. A thread may be inside of one gate at a time, and must not shut one while it is inside.
class Gate {
 public:
  // Waits while the gate is shut.
  void Enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !shut_; });
    ++inside_;
  }

  void Leave() {
    const std::lock_guard lock(mutex_);
    if (--inside_ == 0 && shut_) changed_.notify_all();
  }

  // Nobody enters any more; returns when nobody is inside. One thread at a time.
  void Shut() {
    std::unique_lock lock(mutex_);
    shut_ = true;
    changed_.wait(lock, [this] { return inside_ == 0; });
  }

  void Open() {
    const std::lock_guard lock(mutex_);
    shut_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;     // guarded by mutex_
  bool shut_ = false;  // guarded by mutex_
};

}  // namespace olric
