// A thread that does the same thing again and again with a pause in between, until it is told to stop.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "systems/base/latch.h"

namespace systems {

class Periodic {
 public:
  // The first turn comes after one period. `turn` must not destroy this object.
  Periodic(std::chrono::nanoseconds period, std::function<void()> turn)
      : thread_([this, period, turn = std::move(turn)] {
          while (stop_.WaitFor(period) == Latch::State::kWaiting) turn();
        }) {}
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;
  ~Periodic() { Stop(); }

  // No turn begins after this; one that runs is waited for. May be called again, by one thread at a time.
  void Stop() {
    stop_.Stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  Latch stop_;
  std::thread thread_;  // last: it uses the latch
};

}  // namespace systems
