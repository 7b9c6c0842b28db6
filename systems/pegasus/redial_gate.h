// When a session may dial again, so that a dead server is not hammered.
#pragma once

#include <algorithm>
#include <chrono>

#include "systems/base/variant.h"

namespace pegasus {

// Not thread-safe: it belongs to a session's thread.
//
// Fixed: after a connection that worked, at once; after the n-th dial in a row that failed, 1 s * 2^(n-1) later, and never
// more than `longest`, counted from that dial.
// As reported: if the last dial, failed or not, is less than `longest` ago, another full `longest` from now on; so a server
// that is restarted half a minute after the client came is out of reach for a minute more.
class RedialGate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RedialGate(systems::Variant variant, std::chrono::nanoseconds longest)
      : variant_(variant), longest_(longest) {}

  // The time of the next dial, seen from `now`.
  [[nodiscard]] Time Next(Time now) const {
    if (!dialed_) return now;
    if (variant_ == systems::Variant::kAsReported) {
      return now - last_dial_ < longest_ ? now + Ticks(longest_) : now;
    }
    if (failures_ == 0) return now;
    constexpr int kDoublingsMax = 20;
    const std::chrono::nanoseconds pause =
        std::chrono::seconds(1) * (1 << std::min(failures_ - 1, kDoublingsMax));
    return std::max(now, last_dial_ + Ticks(std::min(pause, longest_)));
  }

  void Dialed(Time now) {
    dialed_ = true;
    last_dial_ = now;
  }
  void Failed() { ++failures_; }
  void Succeeded() { failures_ = 0; }

 private:
  static Time::duration Ticks(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<Time::duration>(time);
  }

  const systems::Variant variant_;
  const std::chrono::nanoseconds longest_;
  bool dialed_ = false;
  Time last_dial_;
  int failures_ = 0;  // in a row
};

}  // namespace pegasus
