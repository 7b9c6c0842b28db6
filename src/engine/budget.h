// The time that an exploration in this process may take.
#pragma once

#include <time.h>

#include <cstdint>

namespace heddle::engine {

// Looks at the clock about every millisecond, however long an execution takes: a reading costs as much as a tenth of a
// short execution.
class Budget {
 public:
  explicit Budget(uint64_t time_ns) : start_ns_(RealNow()), time_ns_(time_ns) {}

  [[nodiscard]] bool Due() { return ++executions_ >= next_; }
  // REQUIRES: Due.
  [[nodiscard]] bool UsedUp() {
    const uint64_t now = RealNow();
    const uint64_t since_ns = now - looked_at_ns_;
    looked_at_ns_ = now;
    constexpr uint64_t kWantedNs = 1'000'000;
    if (since_ns < kWantedNs / 2 && step_ < 4096) step_ *= 2;
    if (since_ns > kWantedNs * 2 && step_ > 1) step_ /= 2;
    next_ = executions_ + step_;
    return time_ns_ != 0 && now - start_ns_ >= time_ns_;
  }
  [[nodiscard]] double Seconds() const { return static_cast<double>(RealNow() - start_ns_) * 1e-9; }

 private:
  [[nodiscard]] static uint64_t RealNow() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
  }

  const uint64_t start_ns_;
  const uint64_t time_ns_;
  uint64_t looked_at_ns_ = 0;
  uint64_t executions_ = 0;
  uint64_t next_ = 1;
  uint64_t step_ = 1;
};

}  // namespace heddle::engine
