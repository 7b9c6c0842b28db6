// Divides one budget of time fairly over tests of which nobody knows how long they take.
//
// With J places side by side and L left on the clock, L * J seconds of work can still be done. What the running tests may
// still use is taken off; the rest is divided evenly over the tests that have not begun. A test that ends early
// leaves its remainder to all later ones. Example: 30 s, 2 places, 3 tests: the first two get 20 s each, the third the
// 10 s that are then left of the clock.
//
// Pure: the time is an argument.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace heddle::cli {

class TestBudget {
 public:
  using Time = std::chrono::nanoseconds;  // since the first test began
  static constexpr Time kShareMin = std::chrono::milliseconds(50);

  TestBudget(Time total, uint32_t places, size_t test_count)
      : total_(total), places_(places), waiting_(test_count) {}

  // The share of a test that begins now. Even late ones get a moment, so that no test is left unseen.
  // REQUIRES: fewer calls than there are tests.
  [[nodiscard]] Time Begin(Time now) {
    const Time left = std::max(total_ - now, Time(0));
    Time work = left * places_;
    for (const Time end : ends_) work -= std::max(end - now, Time(0));
    const Time fair = work / static_cast<int64_t>(std::max<size_t>(waiting_, 1));
    const Time share = std::max(std::min(fair, left), kShareMin);
    --waiting_;
    ends_.push_back(now + share);
    return share;
  }

  // A test that got `share` at `begun` has ended, perhaps before its time.
  void End(Time begun, Time share) {
    const auto found = std::find(ends_.begin(), ends_.end(), begun + share);
    if (found != ends_.end()) ends_.erase(found);
  }

 private:
  const Time total_;
  const uint32_t places_;
  size_t waiting_;          // tests that have not begun
  std::vector<Time> ends_;  // when the running ones will have used up their shares
};

}  // namespace heddle::cli
