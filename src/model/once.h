// What once-only initialisation means: pthread_once, std::call_once, and the guards of function-local statics
// (Itanium C++ ABI, __cxa_guard_acquire/release/abort), as a state machine without threads.
//
//   state      | Enter            | Finish | Abort (exception or cancellation)
//   -----------+------------------+--------+----------------------------------
//   untouched  | running: kRun    | -      | -
//   running    | waits            | done   | untouched: one waiter tries again
//   done       | kDone            | -      | -
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace heddle::model {

class Once {
 public:
  enum class State : uint8_t { kUntouched, kRunning, kDone };
  enum class EnterResult : uint8_t { kRun, kDone };

  void Reset(State state) {
    state_ = state;
    runner_ = kNoThread;
  }

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] ThreadId runner() const { return runner_; }

  // True when Enter would answer without waiting. A thread that enters its own running initialiser never can.
  [[nodiscard]] bool CanEnter() const { return state_ != State::kRunning; }

  // REQUIRES: CanEnter().
  EnterResult Enter(ThreadId thread) {
    if (state_ == State::kDone) return EnterResult::kDone;
    state_ = State::kRunning;
    runner_ = thread;
    return EnterResult::kRun;
  }

  void Finish() {
    state_ = State::kDone;
    runner_ = kNoThread;
  }

  void Abort() {
    state_ = State::kUntouched;
    runner_ = kNoThread;
  }

 private:
  State state_ = State::kUntouched;
  ThreadId runner_ = kNoThread;
};

}  // namespace heddle::model
