// See transport.h.
#include "systems/olric/transport.h"

#include <utility>

namespace olric {

void PendingCall::Complete(Reply reply) {
  const std::lock_guard lock(mutex_);
  if (reply_) return;
  reply_ = std::move(reply);
  completed_.notify_all();
}

Reply PendingCall::Wait(std::chrono::nanoseconds timeout) const {
  std::unique_lock lock(mutex_);
  const auto completed = [this] { return reply_.has_value(); };
  if (timeout == std::chrono::nanoseconds::zero()) {
    completed_.wait(lock, completed);
  } else if (!completed_.wait_for(lock, timeout, completed)) {
    return Reply::Error(Code::kOperationTimeout);
  }
  return *reply_;
}

}  // namespace olric
