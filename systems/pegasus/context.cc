// See context.h.
#include "systems/pegasus/context.h"

#include <algorithm>

namespace pegasus {

std::shared_ptr<Context> Context::WithTimeout(std::chrono::nanoseconds timeout) {
  return std::make_shared<Context>(
      std::chrono::steady_clock::now() +
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(timeout));
}

std::shared_ptr<Context> Context::Within(const std::shared_ptr<Context>& parent,
                                         std::chrono::nanoseconds timeout) {
  const auto left = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::min(timeout, parent->left()));
  auto part = std::make_shared<Context>(std::chrono::steady_clock::now() + left);
  bool cancelled = false;
  {
    const std::lock_guard lock(parent->mutex_);
    std::erase_if(parent->parts_, [](const auto& each) { return each.expired(); });
    parent->parts_.push_back(part);
    cancelled = parent->cancelled_;
  }
  if (cancelled) part->Cancel();
  return part;
}

void Context::Cancel() {
  std::map<uint64_t, std::function<void()>> enrolled;
  std::vector<std::weak_ptr<Context>> parts;
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    enrolled.swap(enrolled_);
    parts.swap(parts_);
  }
  for (const auto& [id, wake] : enrolled) wake();
  for (const auto& each : parts) {
    if (const auto part = each.lock()) part->Cancel();
  }
}

systems::Latch::State Context::WaitFor(const std::shared_ptr<systems::Latch>& latch) {
  const EnrollmentId enrollment = Enroll([latch] { latch->Stop(); });
  const systems::Latch::State state = latch->WaitFor(left());
  Withdraw(enrollment);
  return state;
}

void Context::SleepFor(std::chrono::nanoseconds time) {
  const auto latch = std::make_shared<systems::Latch>();
  const EnrollmentId enrollment = Enroll([latch] { latch->Stop(); });
  latch->WaitFor(std::min(time, left()));
  Withdraw(enrollment);
}

bool Context::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

std::chrono::nanoseconds Context::left() const {
  return std::max(std::chrono::nanoseconds(0),
                  std::chrono::nanoseconds(deadline_ - std::chrono::steady_clock::now()));
}

Context::EnrollmentId Context::Enroll(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    if (!cancelled_) {
      enrolled_.emplace(++last_enrollment_, std::move(wake));
      return EnrollmentId{last_enrollment_};
    }
  }
  wake();
  return EnrollmentId{0};
}

void Context::Withdraw(EnrollmentId enrollment) {
  const std::lock_guard lock(mutex_);
  enrolled_.erase(static_cast<uint64_t>(enrollment));
}

}  // namespace pegasus
