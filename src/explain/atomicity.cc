// See atomicity.h.
#include "explain/atomicity.h"

#include <algorithm>

namespace heddle::explain {
namespace {

using trace::Event;
using trace::OpKind;

[[nodiscard]] bool Takes(const Event& event) {
  using enum OpKind;
  if (event.result != 0) return false;
  return event.op == kMutexLock || event.op == kMutexTryLock || event.op == kMutexTimedLock ||
         event.op == kCondRelock || event.op == kReadLock || event.op == kTryReadLock ||
         event.op == kTimedReadLock || event.op == kWriteLock || event.op == kTryWriteLock ||
         event.op == kTimedWriteLock || event.op == kSpinLock || event.op == kSpinTryLock;
}

[[nodiscard]] bool Gives(const Event& event) {
  return event.op == OpKind::kMutexUnlock || event.op == OpKind::kRwUnlock ||
         event.op == OpKind::kSpinUnlock;
}

[[nodiscard]] bool IsAtomic(const Event& event) {
  return event.op == OpKind::kAtomicLoad || event.op == OpKind::kAtomicStore ||
         event.op == OpKind::kAtomicRmw || event.op == OpKind::kAtomicCas;
}

// What a thread learns by it may guide what it does next.
[[nodiscard]] bool Looks(const Event& event) {
  return Takes(event) || (IsAtomic(event) && event.op != OpKind::kAtomicStore);
}

}  // namespace

std::optional<Atomicity> ShapeOf(std::span<const Event> events, const EventPair& pair) {
  if (pair.first >= pair.second || pair.second >= events.size()) return std::nullopt;
  const Event& first = events[pair.first];
  const Event& second = events[pair.second];
  const bool acts = Takes(second) || (IsAtomic(second) && second.op != OpKind::kAtomicLoad);
  for (uint64_t i = pair.first; acts && i-- > 0;) {
    const Event& event = events[i];
    if (event.thread == second.thread && event.object == second.object && Looks(event))
      return Atomicity{Atomicity::Shape::kCheckAgain, i, 0};
  }
  for (uint64_t heard = pair.first; heard-- > 0;) {
    const Event& taking = events[heard];
    if (taking.thread != first.thread || !Takes(taking) || taking.object == first.object) continue;
    for (uint64_t i = heard; i-- > 0;) {
      const Event& giving = events[i];
      if (giving.object != taking.object || !Gives(giving)) continue;
      if (giving.thread == second.thread) return Atomicity{Atomicity::Shape::kTooEarly, i, heard};
      break;  // It heard of somebody else.
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> SignalledBefore(std::span<const Event> events, uint32_t thread,
                                        uint32_t object) {
  const auto takes = [&](const Event& event) {
    return event.thread == thread && event.object == object && Takes(event);
  };
  const auto last = std::find_if(events.rbegin(), events.rend(), takes);
  if (last == events.rend()) return std::nullopt;
  bool inside = false;
  for (uint64_t i = 0; &events[i] != &*last; ++i) {
    const Event& event = events[i];
    if (event.thread != thread) continue;
    if (takes(event)) inside = event.pc == last->pc;
    if (event.object == object && Gives(event)) inside = false;
    const bool notifies = event.op == OpKind::kCondSignal || event.op == OpKind::kCondBroadcast;
    if (inside && notifies) return i;
  }
  return std::nullopt;
}

}  // namespace heddle::explain
