// See latch.h.
#include "systems/base/latch.h"

namespace systems {

bool Latch::Settle(State state) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kWaiting) return false;
  state_ = state;
  settled_.notify_all();
  return true;
}

Latch::State Latch::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Latch::State Latch::Wait() const {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return state_ != State::kWaiting; });
  return state_;
}

Latch::State Latch::WaitFor(std::chrono::nanoseconds timeout) const {
  std::unique_lock lock(mutex_);
  settled_.wait_for(lock, timeout, [this] { return state_ != State::kWaiting; });
  return state_;
}

}  // namespace systems
