// A door that opens once, or is given up once: "the node has joined", "the stream is over". Whatever comes first stays;
// every later word is ignored, so it does not matter how often, how early or by whom it is said.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace systems {

// Thread-safe. What happened before Open() or Stop() is visible to whoever sees its outcome.
class Latch {
 public:
  enum class State { kWaiting, kOpen, kStopped };

  Latch() = default;
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  // True for the call that settled the matter.
  bool Open() { return Settle(State::kOpen); }
  bool Stop() { return Settle(State::kStopped); }

  [[nodiscard]] State state() const;

  // Waits until the matter is settled, and returns kOpen or kStopped.
  State Wait() const;

  // The same for at most `timeout`; kWaiting when it is over.
  State WaitFor(std::chrono::nanoseconds timeout) const;

 private:
  bool Settle(State state);

  mutable std::mutex mutex_;
  mutable std::condition_variable settled_;
  State state_ = State::kWaiting;  // guarded by mutex_
};

}  // namespace systems
