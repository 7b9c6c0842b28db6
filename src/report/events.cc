// See events.h.
#include "report/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "report/names.h"
#include "report/sentences.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using trace::OpKind;

// Events that a view keeps. What decides a finding happened shortly before it; a renderer may show fewer.
constexpr size_t kEventsKept = 200;

bool HasValue(OpKind op) {
  return op == OpKind::kAtomicLoad || op == OpKind::kAtomicStore || op == OpKind::kAtomicRmw ||
         op == OpKind::kAtomicCas || op == OpKind::kPlainRead || op == OpKind::kPlainWrite ||
         op == OpKind::kChoose;
}

void SetPlace(const Stack& stack, EventView* view) {
  const Frame* frame = UserFrame(stack);
  // The header of a wrapper says nothing about where the program is.
  if (frame == nullptr || !IsUserFrame(*frame)) return;
  view->function = ShortName(frame->function);
  view->file = frame->file;
  view->line = frame->line;
}

bool NamesThread(OpKind op) { return op == OpKind::kThreadCreate || op == OpKind::kThreadJoin; }

// std::thread creates threads from within the standard library; the stack recorded for the new thread tells from where.
void SetCreationPlace(const trace::Region& region, const trace::Event& event,
                      Symbolizer& symbolizer, EventView* view) {
  const trace::ThreadRecord& child = region.threads[event.value];
  if (child.parent != event.thread) return;
  if (child.creation_snapshot >= std::min(region.execution.snapshot_count, kSnapshotsMax)) return;
  SetPlace(symbolizer.Unwind(region.snapshots[child.creation_snapshot], region.snapshot_pool),
           view);
}

bool IsPlain(OpKind op) { return op == OpKind::kPlainRead || op == OpKind::kPlainWrite; }

}  // namespace

bool IsNoise(OpKind op) {
  return op == OpKind::kNone || op == OpKind::kClock || op == OpKind::kMalloc ||
         op == OpKind::kFree;
}

EventView ViewOfEvent(const trace::Region& region, uint64_t index, Symbolizer& symbolizer,
                      ObjectNames& names) {
  const trace::Event& event = region.events[index];
  EventView view;
  view.index = index;
  view.thread = event.thread;
  view.words = trace::OpWords(event.op);
  const ObjectKind kind = KindOfObject(event.op);
  if (event.op == OpKind::kPlainRead || event.op == OpKind::kPlainWrite) {
    const std::string variable = VariableName(symbolizer, event.address);
    if (!variable.empty()) view.words.append(" ").append(variable);
  } else if (event.object != 0 && !kind.words.empty()) {
    view.words.append(" ").append(names.Name(event.object, kind, event.address).Label());
  }
  view.has_value = HasValue(event.op);
  view.value = event.value;
  view.result = event.result;
  view.switched = event.switched != 0;
  view.blocked = event.blocked != 0;
  // The last events have a stack, which leads out of the headers that wrap std::mutex and its kind.
  if (event.snapshot < std::min(region.execution.snapshot_count, kSnapshotsMax)) {
    SetPlace(symbolizer.Unwind(region.snapshots[event.snapshot], region.snapshot_pool), &view);
  }
  if (event.pc != 0 && view.line == 0)
    SetPlace(symbolizer.Symbolize(event.pc, PcKind::kReturnAddress), &view);
  // For these the value is the number of the other thread.
  if (NamesThread(event.op) && event.value > 0 &&
      event.value < std::min(region.execution.thread_count, kThreadsMax)) {
    view.words =
        fmt::format("{} T{}", event.op == OpKind::kThreadCreate ? "creates" : "joins", event.value);
    if (event.op == OpKind::kThreadCreate && view.line == 0)
      SetCreationPlace(region, event, symbolizer, &view);
  }
  return view;
}

EventView ViewOfAccess(const AccessView& access, const FindingView& finding) {
  EventView view;
  view.index = access.event;
  view.thread = access.thread;
  view.is_access_of_finding = true;
  view.words = trace::OpWords(access.op);
  if (finding.location.kind == LocationKind::kGlobal) {
    view.words.append(" ").append(finding.location.name);
    if (finding.location.offset != 0) view.words += fmt::format("+{}", finding.location.offset);
  } else {
    view.words += " the racy memory";
  }
  SetPlace(access.stack, &view);
  return view;
}

namespace {

// Gives each text and each place a number.
class TimelineWriter {
 public:
  TimelineWriter() : timeline_(std::make_shared<Timeline>()) { PlaceOf({}); }

  [[nodiscard]] Timeline& timeline() { return *timeline_; }
  [[nodiscard]] std::shared_ptr<const Timeline> Take() { return std::move(timeline_); }

  TimelineEvent& Add(const EventView& view, OpKind op) {
    TimelineEvent event;
    event.index = view.index;
    event.thread = view.thread;
    event.op = op;
    event.words = WordsOf(view.words);
    event.place = PlaceOf(view);
    event.value = view.value;
    event.has_value = view.has_value;
    event.result = view.result;
    event.switched = view.switched;
    event.blocked = view.blocked;
    event.is_access_of_finding = view.is_access_of_finding;
    timeline_->events.push_back(event);
    return timeline_->events.back();
  }

 private:
  uint32_t WordsOf(const std::string& words) {
    const auto [entry, added] =
        words_.try_emplace(words, static_cast<uint32_t>(timeline_->words.size()));
    if (added) timeline_->words.push_back(words);
    return entry->second;
  }
  uint32_t PlaceOf(const EventView& view) {
    const auto [entry, added] =
        places_.try_emplace(std::make_tuple(view.function, view.file, view.line),
                            static_cast<uint32_t>(timeline_->places.size()));
    if (added) timeline_->places.push_back({view.function, view.file, view.line});
    return entry->second;
  }

  std::shared_ptr<Timeline> timeline_;
  std::map<std::string, uint32_t> words_;
  std::map<std::tuple<std::string, std::string, uint32_t>, uint32_t> places_;
};

std::string LabelOf(const trace::Region& region, uint32_t thread) {
  std::string label = fmt::format("T{}", thread);
  if (thread >= std::min(region.execution.thread_count, kThreadsMax)) return label;
  const char* field = region.threads[thread].name;
  std::string name(field, strnlen(field, sizeof(region.threads[thread].name)));
  if (name.empty() && thread == 0) name = "main";
  return name.empty() ? label : fmt::format("{} ({})", label, name);
}

}  // namespace

std::shared_ptr<const Timeline> BuildTimeline(const trace::Region& region,
                                              const trace::Finding& finding, Symbolizer& symbolizer,
                                              ObjectNames& names, const FindingView& view) {
  TimelineWriter writer;
  Timeline& timeline = writer.timeline();
  const uint64_t kept = std::min<uint64_t>(region.execution.kept_event_count, kEventsMax);
  const uint64_t end = std::min(kept, finding.event);
  if (finding.event > kept) {
    timeline.events_left_out = finding.event;  // As in AddEvents: the end would be missing.
    return writer.Take();
  }
  const uint64_t begin = end > kTimelineEventsMax ? end - kTimelineEventsMax : 0;
  timeline.events_left_out = begin;
  const auto add_accesses = [&](uint64_t until) {
    for (auto access = view.accesses.rbegin(); access != view.accesses.rend(); ++access) {
      if (!IsPlain(access->op) || access->event != until) continue;
      writer.Add(ViewOfAccess(*access, view), access->op);
    }
  };
  for (uint64_t i = begin; i < end; ++i) {
    if (finding.verdict == trace::Verdict::kDataRace) add_accesses(i);
    const trace::Event& event = region.events[i];
    if (IsNoise(event.op)) continue;
    TimelineEvent& added = writer.Add(ViewOfEvent(region, i, symbolizer, names), event.op);
    added.object = event.object;
    added.time_ns = event.time_ns;
    const ObjectKind kind = KindOfObject(event.op);
    if (event.object != 0 && !kind.words.empty()) {
      const ObjectName& name = names.Name(event.object, kind, event.address);
      timeline.objects.try_emplace(event.object, name.kind + " " + name.Label());
    }
  }
  if (finding.verdict == trace::Verdict::kDataRace) add_accesses(end);
  for (size_t i = 1; i < timeline.events.size(); ++i) {
    // An access is no event: it happens at the virtual time of what came before it.
    if (timeline.events[i].is_access_of_finding)
      timeline.events[i].time_ns = timeline.events[i - 1].time_ns;
  }
  for (const TimelineEvent& event : timeline.events)
    timeline.threads.try_emplace(event.thread, LabelOf(region, event.thread));
  return writer.Take();
}

void AddEvents(const trace::Region& region, const trace::Finding& finding, Symbolizer& symbolizer,
               ObjectNames& names, FindingView* view) {
  const uint64_t kept = std::min<uint64_t>(region.execution.kept_event_count, kEventsMax);
  const uint64_t end = std::min(kept, finding.event);
  if (end == 0) return;
  if (finding.event > kept) {
    // The last rows would be missing: earlier ones alone would tell a wrong story.
    view->events_left_out = finding.event;
    return;
  }

  std::vector<uint64_t> chosen;  // newest first
  uint64_t at = end;
  while (at > 0 && chosen.size() < kEventsKept) {
    --at;
    if (!IsNoise(region.events[at].op)) chosen.push_back(at);
  }
  for (uint64_t i = 0; i < at; ++i) view->events_left_out += IsNoise(region.events[i].op) ? 0 : 1;

  for (auto index = chosen.rbegin(); index != chosen.rend(); ++index) {
    view->events.push_back(ViewOfEvent(region, *index, symbolizer, names));
  }
  if (view->events.empty() || finding.verdict != trace::Verdict::kDataRace) return;
  // The earlier access goes first where both happened before the same event.
  for (auto access = view->accesses.rbegin(); access != view->accesses.rend(); ++access) {
    if (!IsPlain(access->op)) continue;
    if (access->event < view->events.front().index) continue;
    const auto after =
        std::find_if(view->events.begin(), view->events.end(), [access](const EventView& event) {
          return event.index >= access->event && !event.is_access_of_finding;
        });
    view->events.insert(after, ViewOfAccess(*access, *view));
  }
}

}  // namespace heddle::report
