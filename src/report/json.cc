// See json.h. What is not known is left out or null, never an invented value; every string is made valid UTF-8, because
// paths, messages and output of a program need not be.
#include "report/json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::report {
namespace {

using nlohmann::json;

// Length of the UTF-8 sequence at the start of `text`, 0 if it is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond the last code point.
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

std::string Utf8(std::string_view foreign) {
  std::string text;
  while (!foreign.empty()) {
    const size_t length = SequenceLength(foreign);
    if (length == 0) {
      text += '?';
      foreign.remove_prefix(1);
    } else {
      text += foreign.substr(0, length);
      foreign.remove_prefix(length);
    }
  }
  return text;
}

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
                {"created", StackJson(thread.created)},
                {"current", StackJson(thread.current)},
                {"locks", Array(thread.locks, LockJson)}};
  if (!thread.waits_for.empty()) {
    value["waits_for"] = Utf8(thread.waits_for);
    value["held_by"] = Thread(thread.owner);
  }
  return value;
}

json EventJson(const EventView& event) {
  json value = {{"event", event.index},           {"thread", Thread(event.thread)},
                {"operation", Utf8(event.words)}, {"function", Utf8(event.function)},
                {"file", Utf8(event.file)},       {"line", event.line},
                {"result", event.result},         {"switched", event.switched},
                {"blocked", event.blocked},       {"access", event.is_access_of_finding}};
  if (event.has_value) value["value"] = event.value;
  return value;
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
  if (finding.schedule) {
    value["preemptive_switches"] = finding.schedule->preemptive_switches;
    value["threads_involved"] = finding.schedule->threads_involved;
    value["minimal"] = finding.schedule->minimal;
    value["shrink_seconds"] = finding.schedule->shrink_seconds;
  }
  if (finding.swap) {
    value["swap"] = {{"first", EventJson(finding.swap->first)},
                     {"second", EventJson(finding.swap->second)}};
  }
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
          {"instrumented", run.instrumented},
          {"findings", Array(run.findings, FindingJson)},
          {"uncontrolled", Array(run.uncontrolled,
                                 [](const UncontrolledView& entry) {
                                   return json{{"name", Utf8(entry.name)},
                                               {"treatment", Utf8(entry.treatment)},
                                               {"count", entry.count}};
                                 })},
          {"notes", Array(run.notes, Utf8)}};
}

}  // namespace heddle::report
