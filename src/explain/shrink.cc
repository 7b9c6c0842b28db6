#include "explain/shrink.h"

#include <algorithm>
#include <set>
#include <utility>

namespace heddle::explain {
namespace {

using trace::DecisionKind;
using trace::GuidePoint;

// More are not tried as the other thread of a switch: each costs a run for every choice.
constexpr size_t kRedirectThreadsMax = 6;
constexpr size_t kRedirectPointsMax = 64;
constexpr size_t kSinglePointsMax = 256;

[[nodiscard]] bool IsSwitch(const GuidePoint& point) {
  return trace::KindOf(point.decision) == DecisionKind::kThread;
}

class Shrinker {
 public:
  Shrinker(Executor& executor, const Trial& found) : executor_(executor) { result_.best = found; }

  Shrunk Run() {
    found_ = guide();
    Descend();
    if (result_.best.cost.switches > 1 && TrySingleSwitches()) Descend();
    if (result_.best.cost.switches == 0) {
      result_.minimal = true;
    } else {
      SearchBelow();
    }
    return std::move(result_);
  }

 private:
  enum class Part { kPreemptive, kAll };

  [[nodiscard]] const Guide& guide() const { return result_.best.guide; }

  // True if the guide is better than the best so far, which it then becomes.
  bool Try(const Guide& candidate) {
    if (stopped_) return false;
    std::optional<Trial> trial = executor_.Run(candidate);
    if (!trial.has_value()) {
      stopped_ = true;
      return false;
    }
    ++result_.runs;
    if (!trial->fails || trial->cost >= result_.best.cost) return false;
    result_.best = std::move(*trial);
    return true;
  }

  // To a place where no single step makes it better.
  void Descend() {
    if (!PointsOf(Part::kAll).empty()) Try({});
    for (bool better = true; better && !stopped_;) {
      better = LeaveOut(Part::kPreemptive);
      better = LeaveOut(Part::kAll) || better;
      better = Redirect() || better;
    }
  }

  // Which points of the guide are to be left out, by turns.
  [[nodiscard]] std::vector<size_t> PointsOf(Part part) const {
    std::vector<size_t> indices;
    for (size_t i = 0; i < guide().size(); ++i) {
      const uint32_t flags = guide()[i].flags;
      const bool wanted = part == Part::kAll || (flags & trace::kPreemptive) != 0;
      if (wanted && (flags & trace::kUsual) == 0) indices.push_back(i);
    }
    return indices;
  }

  // From the end: what comes last depends on what comes first, so leaving it out disturbs least.
  bool LeaveOut(Part part) {
    bool better = false;
    for (size_t length = PointsOf(part).size(); length > 0 && !stopped_; length /= 2) {
      std::vector<size_t> points = PointsOf(part);
      for (size_t end = points.size(); end > 0 && !stopped_;) {
        const size_t begin = end > length ? end - length : 0;
        if (Try(Without(points, begin, end))) {
          better = true;
          points = PointsOf(part);
          end = std::min(begin, points.size());
        } else {
          end = begin;
        }
      }
    }
    return better;
  }

  [[nodiscard]] Guide Without(const std::vector<size_t>& points, size_t begin, size_t end) const {
    Guide rest;
    rest.reserve(guide().size());
    size_t at = begin;
    for (size_t i = 0; i < guide().size(); ++i) {
      if (at < end && points[at] == i) {
        ++at;
      } else {
        rest.push_back(guide()[i]);
      }
    }
    return rest;
  }

  // Lets a switch lead to another thread, with and without the switch that follows.
  bool Redirect() {
    bool better = false;
    for (size_t i = 0; i < std::min(guide().size(), kRedirectPointsMax) && !stopped_; ++i) {
      if (!IsSwitch(guide()[i])) continue;
      for (const uint32_t thread : OtherThreads(i)) {
        if (i >= guide().size() || stopped_) break;
        if (TryRedirected(i, thread)) {
          better = true;
          break;
        }
      }
    }
    return better;
  }

  bool TryRedirected(size_t index, uint32_t thread) {
    Guide candidate = guide();
    candidate[index].decision = trace::MakeDecision(DecisionKind::kThread, thread);
    candidate[index].flags = 0;
    const auto next = std::find_if(candidate.begin() + static_cast<ptrdiff_t>(index) + 1,
                                   candidate.end(), [](const GuidePoint& point) {
                                     return IsSwitch(point) && (point.flags & trace::kUsual) == 0;
                                   });
    if (next != candidate.end()) {
      Guide shorter = candidate;
      shorter.erase(shorter.begin() + (next - candidate.begin()));
      if (Try(shorter)) return true;
    }
    return Try(candidate);
  }

  // Each switch that was seen in the beginning, alone, to each thread; what is not about threads stays.
  bool TrySingleSwitches() {
    Guide base = UnusualOnly(guide());
    std::erase_if(base, IsSwitch);
    const std::set<uint32_t> threads = ThreadsOf(found_);
    size_t tried = 0;
    for (const GuidePoint& point : found_) {
      if (!IsSwitch(point) || ++tried > kSinglePointsMax || stopped_) continue;
      for (const uint32_t thread : threads) {
        if (thread == point.thread) continue;
        Guide candidate = base;
        GuidePoint& single = candidate.emplace_back(point);
        single.decision = trace::MakeDecision(DecisionKind::kThread, thread);
        single.flags = 0;
        if (Try(candidate)) return true;
      }
    }
    return false;
  }

  [[nodiscard]] static std::set<uint32_t> ThreadsOf(const Guide& guide) {
    std::set<uint32_t> threads;
    for (const GuidePoint& point : guide) {
      threads.insert(point.thread);
      if (IsSwitch(point)) threads.insert(trace::ValueOf(point.decision));
      if (threads.size() >= kRedirectThreadsMax) break;
    }
    return threads;
  }

  [[nodiscard]] std::set<uint32_t> OtherThreads(size_t index) const {
    std::set<uint32_t> threads = ThreadsOf(guide());
    threads.erase(trace::ValueOf(guide()[index].decision));
    threads.erase(guide()[index].thread);
    return threads;
  }

  void SearchBelow() {
    Executor::SearchResult found = executor_.Search(result_.best.cost.switches - 1);
    if (found.trial.has_value() && found.trial->fails && found.trial->cost < result_.best.cost) {
      result_.best = std::move(*found.trial);
      Descend();
    }
    result_.minimal = result_.best.cost.switches <= found.tried_below;
  }

  Executor& executor_;
  Shrunk result_;
  Guide found_;  // what it began with
  bool stopped_ = false;
};

}  // namespace

Guide UnusualOnly(Guide guide) {
  std::erase_if(guide, [](const GuidePoint& point) { return (point.flags & trace::kUsual) != 0; });
  return guide;
}

Shrunk Shrink(Executor& executor, const Trial& found) { return Shrinker(executor, found).Run(); }

}  // namespace heddle::explain
