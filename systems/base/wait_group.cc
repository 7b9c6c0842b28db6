// See wait_group.h.
#include "systems/base/wait_group.h"

#include "systems/base/panic.h"

namespace systems {

void WaitGroup::Add(int delta) {
  const std::lock_guard lock(mutex_);
  count_ += delta;
  Ensure(count_ >= 0, "sync: negative WaitGroup counter");
  // Under the lock: who waits may destroy the group as soon as it sees zero.
  if (count_ == 0) zero_.notify_all();
}

void WaitGroup::Wait() {
  std::unique_lock lock(mutex_);
  zero_.wait(lock, [this] { return count_ == 0; });
}

}  // namespace systems
