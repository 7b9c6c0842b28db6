// How long a call may take, and whether it is still wanted: a deadline, and a cancellation that reaches the calls made on
// behalf of a call.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "systems/base/latch.h"

namespace pegasus {

// Thread-safe. Whoever waits for something within a call says here how to wake it when the call is cancelled.
class Context {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A call of its own.
  [[nodiscard]] static std::shared_ptr<Context> WithTimeout(std::chrono::nanoseconds timeout);
  // A part of `parent`: over when that is over or after `timeout`, and may be cancelled by itself.
  [[nodiscard]] static std::shared_ptr<Context> Within(
      const std::shared_ptr<Context>& parent,
      std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max());

  explicit Context(Time deadline) : deadline_(deadline) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Wakes everybody who is enrolled, or will be, and cancels every part. Called again it does nothing.
  void Cancel();

  // Opened, stopped, or still waiting at the deadline. Cancel() stops the latch.
  systems::Latch::State WaitFor(const std::shared_ptr<systems::Latch>& latch);

  // Returns early when it is cancelled or over.
  void SleepFor(std::chrono::nanoseconds time);

  [[nodiscard]] bool cancelled() const;
  [[nodiscard]] Time deadline() const { return deadline_; }
  // Zero when the deadline has passed.
  [[nodiscard]] std::chrono::nanoseconds left() const;
  // Neither cancelled nor past its deadline.
  [[nodiscard]] bool alive() const { return !cancelled() && left().count() > 0; }

  // Cancel() calls `wake`, which owns what it uses; at once if it came before. Withdraw does not wait for a call under way.
  enum class EnrollmentId : uint64_t {};
  EnrollmentId Enroll(std::function<void()> wake);
  void Withdraw(EnrollmentId enrollment);

 private:
  const Time deadline_;
  mutable std::mutex mutex_;
  bool cancelled_ = false;  // the rest is guarded by mutex_
  uint64_t last_enrollment_ = 0;
  std::map<uint64_t, std::function<void()>> enrolled_;
  std::vector<std::weak_ptr<Context>> parts_;
};

using ContextPtr = std::shared_ptr<Context>;

}  // namespace pegasus
