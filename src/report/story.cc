#include "report/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "report/events.h"

namespace heddle::report {
namespace {

using trace::Event;
using trace::Finding;
using trace::OpKind;
using trace::Region;

// More rows are not read. A longer story is told with what ranks highest.
constexpr size_t kEventsTold = 60;

[[nodiscard]] uint32_t ThreadCount(const Region& region) {
  return std::min(region.execution.thread_count, kThreadsMax);
}

// (thread, step) at which the turn was taken from a thread that could have gone on.
using Steps = std::set<std::pair<uint32_t, uint32_t>>;

[[nodiscard]] Steps PreemptiveSteps(const Region& region) {
  Steps steps;
  if (region.execution.step_count == 0) return steps;  // not annotated
  const uint64_t count = std::min<uint64_t>(region.execution.decision_count, kGuideMax);
  for (uint64_t i = 0; i < count; ++i) {
    const trace::GuidePoint& note = region.notes[i];
    if ((note.flags & trace::kPreemptive) != 0) steps.emplace(note.thread, note.step);
  }
  return steps;
}

[[nodiscard]] std::set<uint32_t> ObjectsOf(const Region& region, const Finding& finding) {
  std::set<uint32_t> objects;
  for (uint32_t i = 0; i < std::min(finding.cycle_count, kCycleMax); ++i)
    objects.insert(finding.cycle_objects[i]);
  for (const trace::Access* access : {&finding.current, &finding.previous}) {
    for (uint32_t i = 0; i < std::min(access->lock_count, kHeldLocksMax); ++i)
      objects.insert(access->locks[i].object);
  }
  for (uint32_t i = 0; i < ThreadCount(region); ++i) {
    if (region.threads[i].state == trace::ThreadState::kBlocked)
      objects.insert(region.threads[i].object);
  }
  objects.erase(0);
  return objects;
}

[[nodiscard]] std::set<uint32_t> SharedObjects(const Region& region, uint64_t end) {
  std::map<uint32_t, uint32_t> first;  // object: thread that used it first
  std::set<uint32_t> shared;
  for (uint64_t i = 0; i < end; ++i) {
    const Event& event = region.events[i];
    if (event.object == 0) continue;
    const auto [entry, inserted] = first.emplace(event.object, event.thread);
    if (!inserted && entry->second != event.thread) shared.insert(event.object);
  }
  return shared;
}

[[nodiscard]] bool IsAboutThreads(OpKind op) {
  return op == OpKind::kThreadCreate || op == OpKind::kThreadJoin;
}

// Whether the turn was taken from the thread of event `i`, which could have gone on, right after it.
[[nodiscard]] bool PreemptedAfter(const Region& region, const Steps& steps, uint64_t i) {
  const Event& event = region.events[i];
  return steps.contains({event.thread, event.step + 1});
}

// The events of the execution up to the finding, ranked.
class Ranks {
 public:
  Ranks(const Region& region, const Finding& finding, uint64_t end)
      : region_(region), ranks_(end, 0) {
    const Steps preemptive = PreemptiveSteps(region);
    const std::set<uint32_t> named = ObjectsOf(region, finding);
    const std::set<uint32_t> shared = SharedObjects(region, end);
    for (uint64_t i = 0; i < end; ++i) {
      const Event& event = region.events[i];
      if (IsNoise(event.op)) continue;
      if (shared.contains(event.object)) Raise(i, 1);
      if (named.contains(event.object) || IsAboutThreads(event.op)) Raise(i, 2);
      const bool switches = i + 1 < end && region.events[i + 1].thread != event.thread;
      if (switches && PreemptedAfter(region, preemptive, i)) {
        Raise(i, 3);
        Raise(i + 1, 3);
      }
    }
    RaiseLastOfEach(finding);
  }

  [[nodiscard]] std::vector<uint64_t> Best(size_t count_max) const {
    std::vector<uint64_t> best;
    for (uint8_t rank = 3; rank > 0; --rank) {
      for (uint64_t i = ranks_.size(); i > 0 && best.size() < count_max; --i) {
        if (ranks_[i - 1] == rank) best.push_back(i - 1);
      }
    }
    std::sort(best.begin(), best.end());
    return best;
  }

 private:
  void Raise(uint64_t event, uint8_t rank) {
    if (!IsNoise(region_.events[event].op)) ranks_[event] = std::max(ranks_[event], rank);
  }

  // What a thread did last before the end is where it stands, or how the finding came about.
  void RaiseLastOfEach(const Finding& finding) {
    std::set<uint32_t> seen;
    for (uint64_t i = ranks_.size(); i > 0; --i) {
      const uint32_t thread = region_.events[i - 1].thread;
      if (thread >= ThreadCount(region_) || IsNoise(region_.events[i - 1].op)) continue;
      const bool stands =
          thread == finding.thread || region_.threads[thread].state == trace::ThreadState::kBlocked;
      if (seen.insert(thread).second && stands) Raise(i - 1, 3);
    }
  }

  const Region& region_;
  std::vector<uint8_t> ranks_;
};

class Teller {
 public:
  Teller(const Region& region, const Finding& finding, Symbolizer& symbolizer, ObjectNames& names,
         FindingView& view)
      : region_(region),
        finding_(finding),
        symbolizer_(symbolizer),
        names_(names),
        view_(view),
        preemptive_(PreemptiveSteps(region)) {}

  void Tell(uint64_t end) {
    const std::vector<uint64_t> told = EventsThatMatter(region_, finding_, end, kEventsTold);
    TakeAccesses();
    uint64_t next = 0;
    for (const uint64_t event : told) {
      AddBetween(next, event);
      AddSwitchBefore(event);
      Add(StoryKind::kEvent).event = ViewOfEvent(region_, event, symbolizer_, names_);
      next = event + 1;
      AddSwitchAfter(event, end);
    }
    AddBetween(next, end);
    AddAccessesUpTo(UINT64_MAX);
    AddEnd();
  }

 private:
  StoryRow& Add(StoryKind kind) {
    StoryRow& row = view_.story.emplace_back();
    row.kind = kind;
    return row;
  }

  // The accesses of a race are no events: they get rows where they happened.
  void TakeAccesses() {
    if (finding_.verdict != trace::Verdict::kDataRace) return;
    for (auto access = view_.accesses.rbegin(); access != view_.accesses.rend(); ++access) {
      const bool plain = access->op == OpKind::kPlainRead || access->op == OpKind::kPlainWrite;
      if (plain) accesses_.push_back(ViewOfAccess(*access, view_));
    }
    std::stable_sort(accesses_.begin(), accesses_.end(),
                     [](const EventView& a, const EventView& b) { return a.index < b.index; });
  }

  void AddAccessesUpTo(uint64_t event) {
    while (!accesses_.empty() && accesses_.front().index <= event) {
      Add(StoryKind::kEvent).event = std::move(accesses_.front());
      accesses_.erase(accesses_.begin());
    }
  }

  // Events that are not told, and accesses among them.
  void AddBetween(uint64_t begin, uint64_t end) {
    uint64_t folded = 0;
    for (uint64_t i = begin; i < end; ++i) {
      if (!accesses_.empty() && accesses_.front().index <= i) {
        Fold(std::exchange(folded, 0));
        AddAccessesUpTo(i);
      }
      folded += !IsNoise(region_.events[i].op);
    }
    Fold(folded);
    AddAccessesUpTo(end);
  }

  void Fold(uint64_t count) {
    if (count > 0) Add(StoryKind::kFold).folded = count;
  }

  // What the thread did after `event`, and before the finding: what it was about to do there.
  [[nodiscard]] EventView NextOf(uint32_t thread, uint64_t event, uint64_t end) {
    constexpr uint64_t kLookAhead = 100'000;
    for (uint64_t i = event + 1; i < std::min(end, event + kLookAhead); ++i) {
      const Event& next = region_.events[i];
      if (next.thread != thread || IsNoise(next.op) || next.op == OpKind::kSpin) continue;
      return ViewOfEvent(region_, i, symbolizer_, names_);
    }
    EventView view;
    view.thread = thread;
    return view;
  }

  // The turn goes to another thread after an event that is told.
  void AddSwitchAfter(uint64_t event, uint64_t end) {
    const uint32_t thread = region_.events[event].thread;
    if (event + 1 >= end || region_.events[event + 1].thread == thread) return;
    AddSwitch(event, end);
  }

  // … or to the thread of one, after an event that is not.
  void AddSwitchBefore(uint64_t event) {
    if (event == 0 || region_.events[event - 1].thread == region_.events[event].thread) return;
    if (switched_after_ == event - 1) return;
    AddSwitch(event - 1, event + 1);
  }

  void AddSwitch(uint64_t event, uint64_t end) {
    const uint32_t thread = region_.events[event].thread;
    switched_after_ = event;
    while (!accesses_.empty() && accesses_.front().thread == thread &&
           accesses_.front().index <= event + 1) {
      AddAccessesUpTo(accesses_.front().index);
    }
    EventView next = NextOf(thread, event, end);
    StoryRow& row = Add(StoryKind::kSwitch);
    row.event = std::move(next);
    row.event.thread = thread;
    row.next = region_.events[event + 1].thread;
    row.preemptive = PreemptedAfter(region_, preemptive_, event);
    if (region_.events[event].op == OpKind::kThreadExit) row.event.words.clear();
  }

  void AddEnd() {
    for (const ThreadView& thread : view_.threads) {
      if (thread.waits_for.empty() || thread.state != "blocked") continue;
      if (finding_.verdict != trace::Verdict::kDeadlock &&
          finding_.verdict != trace::Verdict::kLostWakeup &&
          finding_.verdict != trace::Verdict::kLivelock)
        continue;
      EventView view;
      view.thread = thread.index;
      view.words = "waits for " + thread.waits_for;
      if (thread.owner != kNoThreadIndex && thread.waits_for.rfind("the end of", 0) != 0)
        view.words += fmt::format(", held by T{}", thread.owner);
      Add(StoryKind::kBlocked).event = std::move(view);
    }
    EventView end;
    end.thread = finding_.thread;
    end.words = trace::VerdictName(finding_.verdict);
    Add(StoryKind::kFinding).event = std::move(end);
  }

  const Region& region_;
  const Finding& finding_;
  Symbolizer& symbolizer_;
  ObjectNames& names_;
  FindingView& view_;
  Steps preemptive_;
  std::vector<EventView> accesses_;
  uint64_t switched_after_ = UINT64_MAX;
};

}  // namespace

std::vector<uint64_t> EventsThatMatter(const Region& region, const Finding& finding, uint64_t end,
                                       size_t count_max) {
  return Ranks(region, finding, end).Best(count_max);
}

void AddStory(const Region& region, const Finding& finding, Symbolizer& symbolizer,
              ObjectNames& names, FindingView* view) {
  const uint64_t kept = std::min<uint64_t>(region.execution.kept_event_count, kEventsMax);
  // Without its end a story is none.
  if (kept == 0 || finding.event > kept || finding.event == 0) return;
  Teller(region, finding, symbolizer, names, *view).Tell(finding.event);
}

}  // namespace heddle::report
