// See clock.h.
#include "systems/base/clock.h"

namespace systems {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time Now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

Clock::Time ManualClock::Now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void ManualClock::Advance(std::chrono::nanoseconds by) {
  const std::lock_guard lock(mutex_);
  now_ += std::chrono::duration_cast<Time::duration>(by);
}

}  // namespace systems
