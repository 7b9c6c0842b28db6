#include "explain/swap.h"

#include <algorithm>
#include <optional>

namespace heddle::explain {
namespace {

using trace::Event;
using trace::OpKind;

// Giving up a lock cannot be swapped with taking it: nobody can take what is held.
[[nodiscard]] bool GivesUp(OpKind op) {
  return op == OpKind::kMutexUnlock || op == OpKind::kRwUnlock || op == OpKind::kSpinUnlock ||
         op == OpKind::kGuardRelease;
}

[[nodiscard]] bool IsCandidate(const Event& event) {
  return event.object != 0 && event.step != 0 && !GivesUp(event.op);
}

[[nodiscard]] bool Conflict(const Event& a, const Event& b) {
  return a.object == b.object && a.thread != b.thread &&
         (trace::OpWrites(a.op) || trace::OpWrites(b.op));
}

[[nodiscard]] std::optional<uint64_t> LastConflict(std::span<const Event> events, uint64_t second) {
  // Far apart, nothing that is easy to understand lies between.
  constexpr uint64_t kDistanceMax = 10'000;
  const uint64_t from = second > kDistanceMax ? second - kDistanceMax : 0;
  for (uint64_t i = second; i > from; --i) {
    if (IsCandidate(events[i - 1]) && Conflict(events[i - 1], events[second])) return i - 1;
  }
  return std::nullopt;
}

[[nodiscard]] std::optional<uint64_t> Find(std::span<const Event> events, const Event& wanted) {
  for (uint64_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    if (event.thread == wanted.thread && event.step == wanted.step && event.op == wanted.op)
      return i;
  }
  return std::nullopt;
}

}  // namespace

std::vector<EventPair> ConflictingPairs(std::span<const Event> events, size_t count_max) {
  constexpr size_t kConsidered = 1'000;
  std::vector<EventPair> pairs;
  for (uint64_t second = events.size(); second > 0 && pairs.size() < kConsidered; --second) {
    if (!IsCandidate(events[second - 1])) continue;
    if (const auto first = LastConflict(events, second - 1); first.has_value())
      pairs.push_back({*first, second - 1});
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const EventPair& a, const EventPair& b) {
    return a.second - a.first < b.second - b.first;
  });
  if (pairs.size() > count_max) pairs.resize(count_max);
  return pairs;
}

Guide SwappedGuide(const Guide& guide, std::span<const Event> events, const EventPair& pair) {
  const Event& first = events[pair.first];
  const Event& second = events[pair.second];
  // To which step the second thread had come when the first event was done. What it gave way to there stays.
  uint32_t arrived = 0;
  for (uint64_t i = 0; i < pair.first; ++i) {
    if (events[i].thread == second.thread) arrived = std::max(arrived, events[i].step + 1);
  }
  Guide swapped = UnusualOnly(guide);
  // It is to run on through what it did in between.
  std::erase_if(swapped, [&](const trace::GuidePoint& point) {
    if (trace::KindOf(point.decision) != trace::DecisionKind::kThread) return false;
    const bool between =
        point.thread == second.thread && point.step > arrived && point.step <= second.step + 1;
    return between || (point.thread == first.thread && point.step == first.step);
  });
  const auto turn = [](uint32_t thread, uint32_t step, uint32_t next) {
    return trace::GuidePoint{thread, step, 0,
                             trace::MakeDecision(trace::DecisionKind::kThread, next), 0};
  };
  swapped.push_back(turn(first.thread, first.step, second.thread));
  swapped.push_back(turn(second.thread, second.step + 1, first.thread));
  return swapped;
}

bool IsSwapped(std::span<const Event> before, const EventPair& pair, std::span<const Event> after) {
  const std::optional<uint64_t> first = Find(after, before[pair.first]);
  const std::optional<uint64_t> second = Find(after, before[pair.second]);
  // The first may not come at all: the second changed what there is to do.
  return second.has_value() && (!first.has_value() || *second < *first);
}

}  // namespace heddle::explain
