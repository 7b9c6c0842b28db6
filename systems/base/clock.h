// The time of day, behind an interface, so that tests of time-outs and expiry need not wait.
#pragma once

#include <chrono>
#include <mutex>

namespace systems {

// Thread-safe.
class Clock {
 public:
  using Time = std::chrono::system_clock::time_point;

  virtual ~Clock() = default;
  [[nodiscard]] virtual Time Now() const = 0;

  // The machine's clock.
  [[nodiscard]] static const Clock& System();

 protected:
  Clock() = default;
  Clock(const Clock&) = default;
  Clock& operator=(const Clock&) = default;
};

// Stands still until it is moved.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time(std::chrono::seconds(1'700'000'000))) : now_(start) {}
  [[nodiscard]] Time Now() const override;
  void Advance(std::chrono::nanoseconds by);

 private:
  mutable std::mutex mutex_;
  Time now_;  // guarded by mutex_
};

}  // namespace systems
