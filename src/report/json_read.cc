// See json_read.h.
#include "report/json_read.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "report/coverage.h"
#include "report/discipline_json.h"
#include "report/json.h"
#include "report/sentences.h"
#include "trace/detect.h"

namespace heddle::report {
namespace {

using nlohmann::json;
using trace::OpKind;

const json& Member(const json& object, const char* name) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found != object.end() ? *found : nothing;
}

std::string TextOf(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }
std::string Text(const json& object, const char* name) { return TextOf(Member(object, name)); }

uint64_t NumberOf(const json& value, uint64_t otherwise = 0) {
  return value.is_number_unsigned() ? value.get<uint64_t>() : otherwise;
}
uint64_t Number(const json& object, const char* name) { return NumberOf(Member(object, name)); }
uint32_t Small(const json& object, const char* name, uint32_t otherwise = 0) {
  const uint64_t number = NumberOf(Member(object, name), otherwise);
  return number <= UINT32_MAX ? static_cast<uint32_t>(number) : otherwise;
}
uint32_t Thread(const json& object, const char* name) {
  return Small(object, name, kNoThreadIndex);
}
double Real(const json& object, const char* name) {
  const json& value = Member(object, name);
  return value.is_number() ? value.get<double>() : 0;
}
bool Flag(const json& object, const char* name, bool otherwise = false) {
  const json& value = Member(object, name);
  return value.is_boolean() ? value.get<bool>() : otherwise;
}

template <typename Function>
auto List(const json& object, const char* name, const Function& function) {
  std::vector<decltype(function(object))> values;
  const json& list = Member(object, name);
  if (!list.is_array()) return values;
  for (const json& entry : list) values.push_back(function(entry));
  return values;
}

Frame ReadFrame(const json& object) {
  Frame frame;
  frame.function = Text(object, "function");
  frame.file = Text(object, "file");
  frame.line = Small(object, "line");
  frame.column = Small(object, "column");
  frame.module = Text(object, "module");
  frame.module_offset = Number(object, "offset");
  frame.inlined = Flag(object, "inlined");
  return frame;
}

Stack ReadStack(const json& object, const char* name) { return {List(object, name, ReadFrame)}; }

LockView ReadLock(const json& object) {
  LockView lock;
  lock.name = Text(object, "name");
  lock.kind = Text(object, "kind");
  lock.variable = Text(object, "variable");
  lock.taken = ReadStack(object, "taken");
  return lock;
}

// The words of an access name its operation; those of no operation are a place only.
OpKind OpOf(const std::string& words) {
  for (uint32_t number = 0; number <= static_cast<uint32_t>(OpKind::kExit); ++number) {
    const auto op = static_cast<OpKind>(number);
    if (AccessWords(op) == words) return op;
  }
  return OpKind::kNone;
}

AccessView ReadAccess(const json& object) {
  AccessView access;
  access.thread = Thread(object, "thread");
  access.words = Text(object, "operation");
  access.op = OpOf(access.words);
  access.size = Small(object, "size");
  access.event = Number(object, "event");
  access.stack = ReadStack(object, "stack");
  access.locks = List(object, "locks", ReadLock);
  return access;
}

LocationView ReadLocation(const json& object) {
  LocationView location;
  const std::string kind = Text(object, "kind");
  if (kind == "global") location.kind = LocationKind::kGlobal;
  if (kind == "heap") location.kind = LocationKind::kHeap;
  if (kind == "stack") location.kind = LocationKind::kStack;
  if (kind == "thread-local") location.kind = LocationKind::kThreadLocal;
  location.name = Text(object, "name");
  location.bytes = Number(object, "bytes");
  location.offset = Number(object, "offset");
  location.module = Text(object, "module");
  location.file = Text(object, "file");
  location.line = Small(object, "line");
  location.thread = Thread(object, "thread");
  return location;
}

HeapView ReadHeap(const json& object) {
  HeapView heap;
  heap.bytes = Number(object, "bytes");
  heap.offset = Number(object, "offset");
  heap.alloc_thread = Thread(object, "allocated_by");
  heap.allocated = ReadStack(object, "allocated");
  heap.freed = Flag(object, "freed");
  heap.free_thread = Thread(object, "freed_by");
  heap.freed_at = ReadStack(object, "freed_at");
  return heap;
}

CycleEdge ReadEdge(const json& object) {
  CycleEdge edge;
  edge.thread = Thread(object, "thread");
  edge.name = Text(object, "waits_for");
  edge.kind = Text(object, "kind");
  edge.variable = Text(object, "variable");
  edge.at = ReadStack(object, "stack");
  return edge;
}

ThreadView ReadThread(const json& object) {
  ThreadView thread;
  thread.index = Small(object, "index");
  thread.name = Text(object, "name");
  thread.label = Text(object, "label");
  thread.parent = Thread(object, "parent");
  thread.start_function = Text(object, "start_function");
  thread.state = Text(object, "state");
  thread.pending = Text(object, "pending");
  thread.created = ReadStack(object, "created");
  thread.current = ReadStack(object, "current");
  thread.locks = List(object, "locks", ReadLock);
  thread.lock_count = Small(object, "lock_count", static_cast<uint32_t>(thread.locks.size()));
  thread.waits_for = Text(object, "waits_for");
  thread.owner = Thread(object, "held_by");
  thread.bystander = Flag(object, "bystander");
  return thread;
}

EventView ReadEvent(const json& object) {
  EventView event;
  event.index = Number(object, "event");
  event.thread = Thread(object, "thread");
  event.words = Text(object, "operation");
  event.function = Text(object, "function");
  event.file = Text(object, "file");
  event.line = Small(object, "line");
  event.result = Small(object, "result");
  event.switched = Flag(object, "switched");
  event.blocked = Flag(object, "blocked");
  event.is_access_of_finding = Flag(object, "access");
  event.has_value = Member(object, "value").is_number();
  event.value = Number(object, "value");
  return event;
}

StoryRow ReadStoryRow(const json& object) {
  StoryRow row;
  const std::string kind = Text(object, "kind");
  row.kind = kind == "switch"    ? StoryKind::kSwitch
             : kind == "fold"    ? StoryKind::kFold
             : kind == "blocked" ? StoryKind::kBlocked
             : kind == "finding" ? StoryKind::kFinding
                                 : StoryKind::kEvent;
  row.folded = Number(object, "events");
  if (const auto event = object.find("event"); event != object.end() && event->is_object())
    row.event = ReadEvent(*event);
  row.next = Thread(object, "next");
  row.preemptive = Flag(object, "preemptive");
  return row;
}

std::map<uint32_t, std::string> ReadLabels(const json& object, const char* name) {
  std::map<uint32_t, std::string> labels;
  const json& list = Member(object, name);
  if (!list.is_array()) return labels;
  for (const json& row : list) {
    if (row.is_array() && row.size() == 2)
      labels.try_emplace(static_cast<uint32_t>(NumberOf(row[0])), TextOf(row[1]));
  }
  return labels;
}

// A row of json.cc's TimelineJson.
std::optional<TimelineEvent> ReadRow(const json& row, const Timeline& timeline) {
  if (!row.is_array() || row.size() != 10) return std::nullopt;
  for (const json& value : row) {
    if (!value.is_number_unsigned()) return std::nullopt;
  }
  const auto small = [&row](size_t at) { return row[at].get<uint32_t>(); };
  TimelineEvent event;
  event.index = row[0].get<uint64_t>();
  event.thread = small(1);
  if (small(2) > static_cast<uint32_t>(OpKind::kExit)) return std::nullopt;
  event.op = static_cast<OpKind>(small(2));
  event.object = small(3);
  event.words = small(4);
  event.place = small(5);
  if (event.words >= timeline.words.size() || event.place >= timeline.places.size())
    return std::nullopt;
  event.has_value = (small(6) & 1) != 0;
  event.switched = (small(6) & 2) != 0;
  event.blocked = (small(6) & 4) != 0;
  event.is_access_of_finding = (small(6) & 8) != 0;
  event.value = row[7].get<uint64_t>();
  event.result = small(8);
  event.time_ns = row[9].get<uint64_t>();
  return event;
}

std::shared_ptr<const Timeline> ReadTimeline(const json& object) {
  if (!object.is_object()) return nullptr;
  auto timeline = std::make_shared<Timeline>();
  timeline->words = List(object, "words", TextOf);
  timeline->places = List(object, "places", [](const json& row) {
    TimelinePlace place;
    if (row.is_array() && row.size() == 3)
      place = {TextOf(row[0]), TextOf(row[1]), static_cast<uint32_t>(NumberOf(row[2]))};
    return place;
  });
  timeline->threads = ReadLabels(object, "threads");
  timeline->objects = ReadLabels(object, "objects");
  timeline->events_left_out = Number(object, "events_left_out");
  const json& rows = Member(object, "events");
  if (!rows.is_array()) return timeline;
  for (const json& row : rows) {
    const std::optional<TimelineEvent> event = ReadRow(row, *timeline);
    if (event.has_value()) timeline->events.push_back(*event);
  }
  return timeline;
}

CaseStatus StatusOf(const RunView& run) {
  return run.findings.empty() ? CaseStatus::kHeld : CaseStatus::kFinding;
}

CaseView ReadCase(const json& object) {
  CaseView view;
  view.run = ReadRun(Member(object, "run"));
  view.name = Text(object, "name");
  view.reason = Text(object, "reason");
  view.seconds = view.run.seconds;
  const std::string status = Text(object, "status");
  view.status = status == "refused"   ? CaseStatus::kRefused
                : status == "not-run" ? CaseStatus::kNotRun
                                      : StatusOf(view.run);
  return view;
}

}  // namespace

FindingView ReadFinding(const json& object) {
  FindingView finding;
  const std::string verdict = Text(object, "verdict");
  finding.verdict = trace::FindVerdict(verdict.data(), verdict.size());
  finding.id = Text(object, "id");
  finding.signature = finding.id;
  finding.summary = Text(object, "summary");
  finding.message = Text(object, "message");
  finding.thread = Thread(object, "thread");
  finding.signal = static_cast<int32_t>(Small(object, "signal"));
  if (const json& status = Member(object, "exit_status"); status.is_number_integer())
    finding.exit_status = status.get<int32_t>();
  finding.accesses = List(object, "accesses", ReadAccess);
  finding.location = ReadLocation(Member(object, "location"));
  if (const json& heap = Member(object, "heap"); heap.is_object()) finding.heap = ReadHeap(heap);
  finding.cycle = List(object, "cycle", ReadEdge);
  finding.threads = List(object, "threads", ReadThread);
  finding.story = List(object, "story", ReadStoryRow);
  finding.events = List(object, "events", ReadEvent);
  finding.events_left_out = Number(object, "events_left_out");
  finding.timeline = ReadTimeline(Member(object, "timeline"));
  if (Member(object, "preemptive_switches").is_number()) {
    finding.schedule = ScheduleView{.preemptive_switches = Small(object, "preemptive_switches"),
                                    .threads_involved = Small(object, "threads_involved"),
                                    .found_switches = Small(object, "found_switches"),
                                    .minimal = Flag(object, "minimal"),
                                    .shrink_seconds = Real(object, "shrink_seconds")};
  }
  ReadDiscipline(object, &finding);
  finding.first_execution = Number(object, "first_execution");
  finding.count = std::max<uint64_t>(Number(object, "count"), 1);
  finding.card = Text(object, "card");
  finding.output_tail = Text(object, "output_tail");
  return finding;
}

RunView ReadRun(const json& object) {
  RunView run;
  run.program = List(object, "program", TextOf);
  run.strategy = Text(object, "strategy");
  run.seed = Number(object, "seed");
  run.executions = Number(object, "executions");
  run.seconds = Real(object, "seconds");
  run.executions_per_second = Real(object, "executions_per_second");
  run.decisions = Number(object, "decisions");
  run.exhausted = Flag(object, "exhausted");
  run.search = Text(object, "search");
  run.coverage = ReadCoverage(Member(object, "coverage"));
  run.instrumented = Flag(object, "instrumented", true);
  run.findings = List(object, "findings", ReadFinding);
  run.suppressed = List(object, "suppressed", [](const json& entry) {
    return SuppressedView{Text(entry, "rule"), Number(entry, "findings"),
                          Number(entry, "executions"), List(entry, "ids", TextOf)};
  });
  run.uncontrolled = List(object, "uncontrolled", [](const json& entry) {
    return UncontrolledView{Text(entry, "name"), Text(entry, "treatment"), Number(entry, "count")};
  });
  run.notes = List(object, "notes", TextOf);
  return run;
}

std::optional<ReportView> ReadReport(std::string_view text, std::string* why) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) {
    *why = "it is not a JSON object";
    return std::nullopt;
  }
  const uint64_t version = Number(object, "version");
  const bool of_tests = Member(object, "tests").is_array();
  if (!of_tests && !Member(object, "findings").is_array()) {
    *why = "it is no report: it has neither findings nor tests";
    return std::nullopt;
  }
  if (version != kReportVersion) {
    *why = "it has report version " + std::to_string(version) + ", and this Heddle reads version " +
           std::to_string(kReportVersion);
    return std::nullopt;
  }
  if (!of_tests) {
    RunView run = ReadRun(object);
    const CaseStatus status = StatusOf(run);
    return ReportOf(std::move(run), status);
  }
  ReportView report;
  report.kind = Text(object, "kind");
  report.cases = List(object, "tests", ReadCase);
  return report;
}

}  // namespace heddle::report
