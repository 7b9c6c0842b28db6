// What a POSIX semaphore means (sem_*, POSIX.1-2017), as a state machine without threads: a value that never goes
// below zero; waiting is enabled while it is positive.
#pragma once

#include <cstdint>

namespace heddle::model {

class Semaphore {
 public:
  static constexpr uint32_t kValueMax = 0x7fff'ffff;  // SEM_VALUE_MAX

  void Reset(uint32_t value) { value_ = value; }
  [[nodiscard]] uint32_t value() const { return value_; }
  [[nodiscard]] bool CanWait() const { return value_ > 0; }

  // False when the value is zero.
  bool TryWait() {
    if (value_ == 0) return false;
    --value_;
    return true;
  }

  // False on overflow (EOVERFLOW).
  bool Post() {
    if (value_ == kValueMax) return false;
    ++value_;
    return true;
  }

 private:
  uint32_t value_ = 0;
};

}  // namespace heddle::model
