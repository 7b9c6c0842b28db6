// See trace_events.h.
#include "report/trace_events.h"

#include <fmt/format.h>

#include <utility>

#include "report/utf8.h"

namespace heddle::report {
namespace {

using nlohmann::json;

class Writer {
 public:
  [[nodiscard]] json Take() { return std::move(events_); }

  void Add(const FindingView& finding, uint32_t process) {
    process_ = process;
    Name("process_name", 0, finding.id);
    if (finding.timeline == nullptr) return;
    const Timeline& timeline = *finding.timeline;
    for (const auto& [thread, label] : timeline.threads) {
      Name("thread_name", thread, label);
      events_.push_back({{"ph", "M"},
                         {"name", "thread_sort_index"},
                         {"pid", process_},
                         {"tid", thread},
                         {"args", {{"sort_index", thread}}}});
    }
    for (size_t at = 0; at < timeline.events.size(); ++at) AddEvent(timeline, at);
    AddSpans(timeline);
    AddArrows(timeline);
    events_.push_back({{"ph", "i"},
                       {"s", "p"},
                       {"name", Utf8(finding.summary)},
                       {"pid", process_},
                       {"tid", finding.thread == kNoThreadIndex ? 0 : finding.thread},
                       {"ts", timeline.events.size()}});
  }

 private:
  void Name(const char* what, uint32_t thread, const std::string& name) {
    events_.push_back({{"ph", "M"},
                       {"name", what},
                       {"pid", process_},
                       {"tid", thread},
                       {"args", {{"name", Utf8(name)}}}});
  }

  void AddEvent(const Timeline& timeline, size_t at) {
    const TimelineEvent& event = timeline.events[at];
    const TimelinePlace& place = timeline.places[event.place];
    json arguments = {{"event", event.index}, {"virtual_ns", event.time_ns}};
    if (place.line != 0) arguments["place"] = fmt::format("{}:{}", Utf8(place.file), place.line);
    if (!place.function.empty()) arguments["function"] = Utf8(place.function);
    if (event.has_value) arguments["value"] = event.value;
    if (event.result != 0) arguments["result"] = ErrnoWords(event.result);
    if (event.is_access_of_finding) arguments["access_of_finding"] = true;
    events_.push_back({{"ph", "X"},
                       {"name", Utf8(timeline.words[event.words])},
                       {"cat", event.is_access_of_finding ? "finding" : "event"},
                       {"pid", process_},
                       {"tid", event.thread},
                       {"ts", at},
                       {"dur", 1},
                       {"args", std::move(arguments)}});
  }

  void AddSpans(const Timeline& timeline) {
    for (const Span& span : SpansOf(timeline)) {
      const auto object = timeline.objects.find(span.object);
      const std::string name = object != timeline.objects.end() ? object->second : "something";
      if (span.kind == Span::Kind::kWaits) {
        if (span.end <= span.begin + 1) continue;
        events_.push_back({{"ph", "X"},
                           {"name", "waits for " + Utf8(name)},
                           {"cat", "wait"},
                           {"pid", process_},
                           {"tid", span.thread},
                           {"ts", span.begin + 1},
                           {"dur", span.end - span.begin - 1}});
        continue;
      }
      // Locks of one thread need not nest, so they are tracks of their own.
      const std::string id = fmt::format("lock-{}-{}", process_, next_lock_++);
      json begin = {{"ph", "b"},        {"name", Utf8(name)},
                    {"cat", "lock"},    {"id", id},
                    {"pid", process_},  {"tid", span.thread},
                    {"ts", span.begin}, {"args", {{"thread", span.thread}}}};
      json end = begin;
      end["ph"] = "e";
      end["ts"] = span.end + 1;
      end.erase("args");
      events_.push_back(std::move(begin));
      events_.push_back(std::move(end));
    }
  }

  void AddArrows(const Timeline& timeline) {
    const std::vector<uint32_t> predecessors = PredecessorsOf(timeline);
    for (uint32_t at = 0; at < predecessors.size(); ++at) {
      if (predecessors[at] == kNoEvent) continue;
      const auto end = [&](const char* phase, uint32_t event) {
        json arrow = {
            {"ph", phase},       {"name", "happens before"}, {"cat", "happens-before"},
            {"id", next_arrow_}, {"pid", process_},          {"tid", timeline.events[event].thread},
            {"ts", event}};
        if (*phase == 'f') arrow["bp"] = "e";
        events_.push_back(std::move(arrow));
      };
      end("s", predecessors[at]);
      end("f", at);
      ++next_arrow_;
    }
  }

  json events_ = json::array();
  uint32_t process_ = 0;
  uint64_t next_lock_ = 1;
  uint64_t next_arrow_ = 1;
};

}  // namespace

json TraceJson(const ReportView& report) {
  Writer writer;
  uint32_t process = 1;
  for (const FindingIn& found : DistinctFindings(report)) writer.Add(*found.finding, process++);
  return {{"displayTimeUnit", "ns"}, {"traceEvents", writer.Take()}};
}

}  // namespace heddle::report
