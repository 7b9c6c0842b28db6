// What a POSIX barrier means (pthread_barrier_*, POSIX.1-2017), as a state machine without threads. Arriving never
// waits; leaving does, until the round that was arrived in is complete.
#pragma once

#include <cstdint>

namespace heddle::model {

class Barrier {
 public:
  void Reset(uint32_t needed) {
    needed_ = needed;
    arrived_ = 0;
    round_ = 0;
  }

  [[nodiscard]] uint32_t needed() const { return needed_; }
  [[nodiscard]] uint32_t arrived() const { return arrived_; }

  struct Arrival {
    uint32_t round;  // to be passed to CanLeave
    bool last;       // this arrival completed the round; it gets PTHREAD_BARRIER_SERIAL_THREAD
  };

  // REQUIRES: Reset with needed > 0.
  Arrival Arrive() {
    const uint32_t round = round_;
    if (++arrived_ < needed_) return {round, false};
    arrived_ = 0;
    ++round_;
    return {round, true};
  }

  [[nodiscard]] bool CanLeave(uint32_t round) const { return round != round_; }

 private:
  uint32_t needed_ = 0;
  uint32_t arrived_ = 0;
  uint32_t round_ = 0;
};

}  // namespace heddle::model
