// See json.h. What is not known is left out or null, never an invented value; every string is made valid UTF-8, because
// paths, messages and output of a program need not be.
#include "report/json.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/coverage.h"
#include "report/discipline_json.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

using nlohmann::json;

json Thread(uint32_t index) { return index == kNoThreadIndex ? json(nullptr) : json(index); }

json FrameJson(const Frame& frame) {
  return {{"function", Utf8(frame.function)},
          {"file", Utf8(frame.file)},
          {"line", frame.line},
          {"column", frame.column},
          {"module", Utf8(frame.module)},
          {"offset", frame.module_offset},
          {"inlined", frame.inlined}};
}

template <typename T, typename Function>
json Array(const std::vector<T>& values, const Function& function) {
  json array = json::array();
  for (const T& value : values) array.push_back(function(value));
  return array;
}

json StackJson(const Stack& stack) { return Array(stack.frames, FrameJson); }

json LockJson(const LockView& lock) {
  return {{"name", lock.name},
          {"kind", lock.kind},
          {"variable", Utf8(lock.variable)},
          {"taken", StackJson(lock.taken)}};
}

json AccessJson(const AccessView& access) {
  return {{"thread", Thread(access.thread)},
          {"operation", access.words},
          {"size", access.size},
          {"event", access.event},
          {"stack", StackJson(access.stack)},
          {"locks", Array(access.locks, LockJson)}};
}

json LocationJson(const LocationView& location) {
  switch (location.kind) {
    case LocationKind::kGlobal:
      return {{"kind", "global"},
              {"name", Utf8(location.name)},
              {"bytes", location.bytes},
              {"offset", location.offset},
              {"module", Utf8(location.module)},
              {"file", Utf8(location.file)},
              {"line", location.line}};
    case LocationKind::kHeap:
      return {{"kind", "heap"}};
    case LocationKind::kStack:
      return {{"kind", "stack"}, {"thread", Thread(location.thread)}};
    case LocationKind::kThreadLocal:
      return {{"kind", "thread-local"}, {"thread", Thread(location.thread)}};
    case LocationKind::kUnknown:
      return {{"kind", "unknown"}};
  }
  return {{"kind", "unknown"}};
}

json HeapJson(const HeapView& heap) {
  json value = {{"bytes", heap.bytes},
                {"offset", heap.offset},
                {"allocated_by", Thread(heap.alloc_thread)},
                {"allocated", StackJson(heap.allocated)},
                {"freed", heap.freed}};
  if (heap.freed) {
    value["freed_by"] = Thread(heap.free_thread);
    value["freed_at"] = StackJson(heap.freed_at);
  }
  return value;
}

json EdgeJson(const CycleEdge& edge) {
  return {{"thread", Thread(edge.thread)},
          {"waits_for", edge.name},
          {"kind", edge.kind},
          {"variable", Utf8(edge.variable)},
          {"stack", StackJson(edge.at)}};
}

json ThreadJson(const ThreadView& thread) {
  json value = {{"index", thread.index},
                {"name", Utf8(thread.name)},
                {"label", Utf8(thread.label)},
                {"parent", Thread(thread.parent)},
                {"start_function", Utf8(thread.start_function)},
                {"state", thread.state},
                {"pending", thread.pending},
                {"lock_count", thread.lock_count},
                {"created", StackJson(thread.created)},
                {"current", StackJson(thread.current)},
                {"locks", Array(thread.locks, LockJson)}};
  if (thread.bystander) value["bystander"] = true;
  if (!thread.waits_for.empty()) {
    value["waits_for"] = Utf8(thread.waits_for);
    value["held_by"] = Thread(thread.owner);
  }
  return value;
}

constexpr const char* kStoryKinds[] = {"event", "switch", "fold", "blocked", "finding"};

json EventJson(const EventView& event) {
  json value = {{"event", event.index},           {"thread", Thread(event.thread)},
                {"operation", Utf8(event.words)}, {"function", Utf8(event.function)},
                {"file", Utf8(event.file)},       {"line", event.line},
                {"result", event.result},         {"switched", event.switched},
                {"blocked", event.blocked},       {"access", event.is_access_of_finding}};
  if (event.has_value) value["value"] = event.value;
  return value;
}

json StoryJson(const StoryRow& row) {
  json value = {{"kind", kStoryKinds[static_cast<size_t>(row.kind)]}};
  if (row.kind == StoryKind::kFold) {
    value["events"] = row.folded;
    return value;
  }
  value["event"] = EventJson(row.event);
  if (row.kind == StoryKind::kSwitch) {
    value["next"] = Thread(row.next);
    value["preemptive"] = row.preemptive;
  }
  return value;
}

// Rows instead of objects: there may be a hundred thousand of them.
json TimelineJson(const Timeline& timeline) {
  const auto table = [](const std::map<uint32_t, std::string>& labels) {
    json object = json::array();
    for (const auto& [number, label] : labels) object.push_back({number, Utf8(label)});
    return object;
  };
  return {{"words", Array(timeline.words, Utf8)},
          {"places", Array(timeline.places,
                           [](const TimelinePlace& place) {
                             return json{Utf8(place.function), Utf8(place.file), place.line};
                           })},
          {"threads", table(timeline.threads)},
          {"objects", table(timeline.objects)},
          {"events_left_out", timeline.events_left_out},
          {"events", Array(timeline.events, [](const TimelineEvent& event) {
             const uint32_t flags = (event.has_value ? 1u : 0u) | (event.switched ? 2u : 0u) |
                                    (event.blocked ? 4u : 0u) |
                                    (event.is_access_of_finding ? 8u : 0u);
             return json{event.index,  event.thread, static_cast<uint32_t>(event.op),
                         event.object, event.words,  event.place,
                         flags,        event.value,  event.result,
                         event.time_ns};
           })}};
}

}  // namespace

json FindingJson(const FindingView& finding) {
  json value = {{"id", finding.id},
                {"verdict", trace::VerdictName(finding.verdict)},
                {"summary", Utf8(finding.summary)},
                {"message", Utf8(finding.message)},
                {"first_execution", finding.first_execution},
                {"count", finding.count},
                {"card", Utf8(finding.card)},
                {"thread", Thread(finding.thread)},
                {"threads", Array(finding.threads, ThreadJson)},
                {"accesses", Array(finding.accesses, AccessJson)},
                {"location", LocationJson(finding.location)},
                {"cycle", Array(finding.cycle, EdgeJson)},
                {"events", Array(finding.events, EventJson)},
                {"events_left_out", finding.events_left_out},
                {"output_tail", Utf8(finding.output_tail)}};
  if (!finding.story.empty()) value["story"] = Array(finding.story, StoryJson);
  if (finding.timeline != nullptr) value["timeline"] = TimelineJson(*finding.timeline);
  if (finding.schedule) {
    value["preemptive_switches"] = finding.schedule->preemptive_switches;
    value["threads_involved"] = finding.schedule->threads_involved;
    value["found_switches"] = finding.schedule->found_switches;
    value["minimal"] = finding.schedule->minimal;
    value["shrink_seconds"] = finding.schedule->shrink_seconds;
  }
  if (finding.swap) {
    value["swap"] = {{"first", EventJson(finding.swap->first)},
                     {"second", EventJson(finding.swap->second)}};
  }
  AddDisciplineJson(finding, &value);
  if (finding.heap) value["heap"] = HeapJson(*finding.heap);
  if (finding.verdict == trace::Verdict::kCrash) value["signal"] = finding.signal;
  if (finding.verdict == trace::Verdict::kExitStatus) value["exit_status"] = finding.exit_status;
  return value;
}

json RunJson(const RunView& run) {
  return {{"version", kReportVersion},
          {"program", Array(run.program, Utf8)},
          {"strategy", run.strategy},
          {"seed", run.seed},
          {"executions", run.executions},
          {"seconds", run.seconds},
          {"executions_per_second", run.executions_per_second},
          {"decisions", run.decisions},
          {"exhausted", run.exhausted},
          {"search", run.search},
          {"coverage", CoverageJson(run.coverage)},
          {"instrumented", run.instrumented},
          {"findings", Array(run.findings, FindingJson)},
          {"suppressed", Array(run.suppressed,
                               [](const SuppressedView& entry) {
                                 return json{{"rule", Utf8(entry.rule)},
                                             {"findings", entry.findings},
                                             {"executions", entry.executions},
                                             {"ids", entry.ids}};
                               })},
          {"uncontrolled", Array(run.uncontrolled,
                                 [](const UncontrolledView& entry) {
                                   return json{{"name", Utf8(entry.name)},
                                               {"treatment", Utf8(entry.treatment)},
                                               {"count", entry.count}};
                                 })},
          {"notes", Array(run.notes, Utf8)}};
}

json ReportJson(const ReportView& report) {
  if (report.kind == "program" && report.cases.size() == 1)
    return RunJson(report.cases.front().run);
  std::map<CaseStatus, uint64_t> counts;
  uint64_t executions = 0;
  double seconds = 0;
  json tests = json::array();
  for (const CaseView& view : report.cases) {
    constexpr const char* kStatuses[] = {"held", "finding", "refused", "not-run"};
    ++counts[view.status];
    executions += view.run.executions;
    seconds += view.seconds;
    tests.push_back({{"name", Utf8(view.name)},
                     {"status", kStatuses[static_cast<size_t>(view.status)]},
                     {"reason", Utf8(view.reason)},
                     {"run", RunJson(view.run)}});
  }
  return {{"version", kReportVersion},
          {"kind", report.kind},
          {"tests", std::move(tests)},
          {"held", counts[CaseStatus::kHeld]},
          {"with_findings", counts[CaseStatus::kFinding]},
          {"refused", counts[CaseStatus::kRefused]},
          {"not_run", counts[CaseStatus::kNotRun]},
          {"executions", executions},
          {"seconds", seconds},
          {"interrupted", false}};
}

}  // namespace heddle::report
