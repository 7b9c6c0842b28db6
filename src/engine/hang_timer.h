// Notices a body that never reaches a decision point any more: there is no other process that could.
#pragma once

#include <cstdint>

namespace heddle::engine {

// Sends kHangSignal (engine/crash_handlers.h) to the calling kernel thread, on which all fibres run, again and again as
// long as it lives. Whether anything hangs is for the handler to find out (Engine::Hangs).
class HangTimer {
 public:
  explicit HangTimer(uint64_t interval_ns);
  ~HangTimer();
  HangTimer(const HangTimer&) = delete;
  HangTimer& operator=(const HangTimer&) = delete;

 private:
  int timer_ = -1;  // the kernel's number; -1: there is none
};

}  // namespace heddle::engine
