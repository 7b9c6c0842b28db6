// See discipline.h.
#include "explain/discipline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace heddle::explain {
namespace {

using trace::OpKind;

// How many places a sentence names.
constexpr size_t kPlacesNamed = 3;

// What taught the thread of `later` about `earlier`: its first operation after which it knew.
[[nodiscard]] OpKind LearnedBy(const ObservedExecution& execution, const Step& earlier,
                               size_t later) {
  const uint32_t thread = execution.steps[later].thread;
  for (size_t i = 0; i < later; ++i) {
    const Step& step = execution.steps[i];
    if (!step.access && step.thread == thread && step.known[earlier.thread] >= earlier.clock)
      return step.op;
  }
  return OpKind::kThreadStart;
}

class Counter {
 public:
  explicit Counter(const Observations& observations) : observations_(observations) {
    for (size_t i = 0; i < observations.executions.size(); ++i) CountExecution(i);
  }

  [[nodiscard]] Discipline Take() {
    for (auto& [lock, entry] : locks_) result_.locks.push_back(std::move(entry));
    for (auto& [key, entry] : places_) result_.places.push_back(entry);
    for (auto& [key, count] : edges_) result_.edges.push_back({key.first, key.second, count});
    std::stable_sort(result_.locks.begin(), result_.locks.end(),
                     [](const LockCount& a, const LockCount& b) { return a.held > b.held; });
    std::stable_sort(
        result_.places.begin(), result_.places.end(),
        [](const PlaceCount& a, const PlaceCount& b) { return a.contended > b.contended; });
    std::stable_sort(result_.edges.begin(), result_.edges.end(),
                     [](const EdgeCount& a, const EdgeCount& b) { return a.count > b.count; });
    return std::move(result_);
  }

 private:
  void CountExecution(size_t number) {
    const ObservedExecution& execution = observations_.executions[number];
    ++result_.executions;
    result_.accesses +=
        static_cast<uint64_t>(std::count_if(execution.steps.begin(), execution.steps.end(),
                                            [](const Step& step) { return step.access; }));
    const std::vector<size_t> contended = ContendedSteps(execution);
    result_.contended += contended.size();
    for (const size_t at : contended) CountAccess(execution.steps[at]);
    bool raced = false;
    for (size_t j = 0; j < contended.size(); ++j) raced |= CountPairs(number, contended, j);
    result_.raced += raced ? 1 : 0;
  }

  void CountAccess(const Step& access) {
    PlaceCount& place = places_[{access.place, access.write}];
    place.place = access.place;
    place.write = access.write;
    place.atomic |= access.atomic;
    ++place.contended;
    if (access.locks.empty()) ++place.without_lock;
    for (const HeldLock& held : access.locks) {
      LockCount& lock = locks_[held.lock];
      lock.lock = held.lock;
      ++lock.held;
      if (access.write && !held.shared) ++lock.writes;
      if (std::find(lock.places.begin(), lock.places.end(), access.place) == lock.places.end())
        lock.places.push_back(access.place);
    }
  }

  // Counts how the access came after the latest one that conflicts, and notes all earlier ones that it races with.
  bool CountPairs(size_t number, const std::vector<size_t>& contended, size_t j) {
    const ObservedExecution& execution = observations_.executions[number];
    const Step& later = execution.steps[contended[j]];
    bool raced = false;
    bool counted = false;
    for (size_t i = j; i-- > 0;) {
      const Step& earlier = execution.steps[contended[i]];
      if (!Conflict(earlier, later) || OrderedByLife(earlier, later)) continue;
      const bool ordered = Ordered(earlier, later);
      if (!ordered) {
        result_.races.push_back({number, contended[i], contended[j]});
        raced = true;
      }
      if (counted) continue;
      counted = true;
      const uint32_t lock = CommonLock(earlier, later);
      if (lock != kNothing) {
        ++edges_[{OpKind::kNone, lock}];
      } else {
        ++edges_[{ordered ? LearnedBy(execution, earlier, contended[j]) : OpKind::kNone, kNothing}];
      }
    }
    return raced;
  }

  const Observations& observations_;
  Discipline result_;
  std::map<uint32_t, LockCount> locks_;
  std::map<std::pair<uint32_t, bool>, PlaceCount> places_;
  std::map<std::pair<OpKind, uint32_t>, uint64_t> edges_;
};

[[nodiscard]] std::string Accesses(uint64_t count) {
  return count == 1 ? "1 contended access" : fmt::format("{} contended accesses", count);
}

// Accesses that did not hold the lock: those at places that raced by place, the rest as a number.
[[nodiscard]] std::string Others(const Observations& observations, const std::set<uint32_t>& raced,
                                 uint32_t lock) {
  std::map<std::pair<uint32_t, bool>, uint64_t> counts;
  uint64_t in_order = 0;
  for (const ObservedExecution& execution : observations.executions) {
    for (const size_t at : ContendedSteps(execution)) {
      const Step& step = execution.steps[at];
      if (Holds(step, lock)) continue;
      if (raced.contains(step.place)) {
        ++counts[{step.place, step.write}];
      } else {
        ++in_order;
      }
    }
  }
  std::string text;
  size_t named = 0;
  for (const auto& [key, count] : counts) {
    if (named++ == kPlacesNamed) break;
    text += fmt::format("{}{} in {}", named == 1 ? "" : ", ", key.second ? "write" : "read",
                        key.first < observations.places.size()
                            ? PlaceText(observations.places[key.first])
                            : "an unknown place");
    if (count > 1) text += fmt::format(" ({} times)", count);
  }
  if (counts.size() > kPlacesNamed)
    text += fmt::format(" and {} other places", counts.size() - kPlacesNamed);
  if (in_order > 0) {
    text +=
        fmt::format("{}{} where all were in order otherwise", text.empty() ? "" : ", ", in_order);
  }
  return text;
}

}  // namespace

bool OrderedByLife(const Step& earlier, const Step& later) {
  return earlier.created_clock != 0 && later.created[earlier.thread] >= earlier.created_clock;
}

bool Ordered(const Step& earlier, const Step& later) {
  return earlier.thread == later.thread || later.known[earlier.thread] >= earlier.clock;
}

bool Conflict(const Step& a, const Step& b) {
  return a.thread != b.thread && a.instance == b.instance && (a.write || b.write) &&
         !(a.atomic && b.atomic);
}

uint32_t CommonLock(const Step& a, const Step& b) {
  for (const HeldLock& one : a.locks) {
    for (const HeldLock& other : b.locks) {
      if (one.lock == other.lock && !(one.shared && other.shared)) return one.lock;
    }
  }
  return kNothing;
}

std::set<uint32_t> RacingPlaces(const Discipline& discipline, const Observations& observations) {
  std::set<uint32_t> places;
  for (const RacingPair& pair : discipline.races) {
    const std::vector<Step>& steps = observations.executions[pair.execution].steps;
    places.insert(steps[pair.first].place);
    places.insert(steps[pair.second].place);
  }
  return places;
}

bool Holds(const Step& access, uint32_t lock) {
  return std::any_of(access.locks.begin(), access.locks.end(),
                     [lock](const HeldLock& held) { return held.lock == lock; });
}

std::vector<size_t> ContendedSteps(const ObservedExecution& execution) {
  std::vector<size_t> accesses;
  for (size_t i = 0; i < execution.steps.size(); ++i) {
    if (execution.steps[i].access) accesses.push_back(i);
  }
  std::vector<bool> contended(accesses.size());
  for (size_t j = 0; j < accesses.size(); ++j) {
    for (size_t i = 0; i < j; ++i) {
      if (contended[i] && contended[j]) continue;
      const Step& earlier = execution.steps[accesses[i]];
      const Step& later = execution.steps[accesses[j]];
      if (!Conflict(earlier, later) || OrderedByLife(earlier, later)) continue;
      contended[i] = true;
      contended[j] = true;
    }
  }
  std::vector<size_t> result;
  for (size_t i = 0; i < accesses.size(); ++i) {
    if (contended[i]) result.push_back(accesses[i]);
  }
  return result;
}

Discipline Count(const Observations& observations) { return Counter(observations).Take(); }

std::string PlaceText(const Place& place) {
  const std::string file = place.file.substr(place.file.rfind('/') + 1);
  if (place.line == 0) return place.function.empty() ? "an unknown place" : place.function;
  const std::string where = fmt::format("{}:{}", file, place.line);
  return place.function.empty() ? where : place.function + " " + where;
}

std::vector<std::string> Statements(const Discipline& discipline,
                                    const Observations& observations) {
  std::vector<std::string> statements;
  const std::set<uint32_t> raced = RacingPlaces(discipline, observations);
  for (const LockCount& count : discipline.locks) {
    std::string text = fmt::format("{} of {} held {}", count.held, Accesses(discipline.contended),
                                   observations.locks[count.lock].name);
    const uint64_t missing = discipline.contended - count.held;
    if (missing > 0)
      text += fmt::format("; {} did not: {}", missing, Others(observations, raced, count.lock));
    statements.push_back(std::move(text));
  }
  if (discipline.locks.empty() && discipline.contended > 0)
    statements.push_back(fmt::format("none of {} held a lock", Accesses(discipline.contended)));
  for (const EdgeCount& edge : discipline.edges) {
    // Locks are in the sentences above; what nothing ordered is the race.
    if (edge.lock != kNothing || edge.op == OpKind::kNone) continue;
    statements.push_back(
        fmt::format("{} of {} came in order without a lock of both: the thread {} in between",
                    edge.count, discipline.contended, trace::OpWords(edge.op)));
  }
  return statements;
}

}  // namespace heddle::explain
