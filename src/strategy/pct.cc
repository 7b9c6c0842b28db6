// See pct.h.
#include "strategy/pct.h"

namespace heddle::strategy {

void Pct::StartExecution(const ExecutionInfo& info) {
  prng_ = Prng(info.seed);
  decision_ = 0;
  next_change_ = 0;
  lowest_ = -1;
  // Half to twice the expected length, so that no place in a longer execution is out of reach.
  const uint64_t expected = info.expected_decisions < 2 ? 2 : info.expected_decisions;
  uint64_t length = expected / 2 + prng_.Next() % (expected + expected / 2);
  if (length == 0) length = 1;
  uint32_t count = 0;
  for (; count + 1 < depth_; ++count) {
    const uint64_t point = 1 + prng_.Next() % length;
    uint32_t place = count;
    for (; place > 0 && change_points_[place - 1] > point; --place)
      change_points_[place] = change_points_[place - 1];
    change_points_[place] = point;
  }
  change_points_[count] = ~uint64_t{0};
}

void Pct::OnThreadCreated(ThreadId thread) {
  // Random and positive; falls make priorities negative. A tie (2^-62) goes to the lower number.
  priority_[Index(thread)] = static_cast<int64_t>(prng_.Next() >> 2);
}

ThreadId Pct::PickNext(const Choice& choice) {
  ++decision_;
  if (choice.gives_way) priority_[Index(choice.current)] = lowest_--;
  for (; decision_ >= change_points_[next_change_]; ++next_change_) {
    priority_[Index(choice.current)] = lowest_--;
  }
  ThreadId best = kNoThread;
  choice.enabled->ForEach([&](ThreadId thread) {
    if (best == kNoThread || priority_[Index(thread)] > priority_[Index(best)]) best = thread;
  });
  return best;
}

}  // namespace heddle::strategy
