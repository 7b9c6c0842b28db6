// See events.h.
#include "report/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
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
