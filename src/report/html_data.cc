#include "report/html_data.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/trim.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

using nlohmann::json;
using trace::OpKind;

// How an operation is coloured.
const char* ColorKind(OpKind op) {
  using enum OpKind;
  if (op == kAtomicLoad || op == kAtomicStore || op == kAtomicRmw || op == kAtomicCas ||
      op == kFence)
    return "atomic";
  const bool synchronises = op >= kMutexLock && op <= kFutexWake;
  return synchronises ? "sync" : "other";
}

// The event of the same thread before each, -1 if there is none: the way back for the arrows.
json BeforeOf(const Timeline& timeline) {
  json before = json::array();
  std::map<uint32_t, int64_t> last;
  for (size_t at = 0; at < timeline.events.size(); ++at) {
    const auto [entry, first] = last.try_emplace(timeline.events[at].thread, -1);
    before.push_back(entry->second);
    entry->second = static_cast<int64_t>(at);
  }
  return before;
}

json EventsOf(const Timeline& timeline) {
  json events = json::array();
  for (const TimelineEvent& event : timeline.events) {
    const uint32_t flags = (event.has_value ? 1u : 0u) | (event.switched ? 2u : 0u) |
                           (event.blocked ? 4u : 0u) | (event.is_access_of_finding ? 8u : 0u);
    json row = json::array();
    row.insert(row.end(), {event.index, event.thread, static_cast<uint32_t>(event.op), event.object,
                           event.words, event.place, flags});
    // Larger numbers than a script can hold exactly are shown as text.
    if (event.value < (uint64_t{1} << 53)) {
      row.push_back(event.value);
    } else {
      row.push_back(std::to_string(event.value));
    }
    row.insert(row.end(), {event.result, event.time_ns});
    events.push_back(std::move(row));
  }
  return events;
}

json Labels(const std::map<uint32_t, std::string>& labels) {
  json list = json::array();
  for (const auto& [number, label] : labels) list.push_back(json::array({number, Utf8(label)}));
  return list;
}

std::string StackText(const Stack& stack, const std::string& directory) {
  std::string text;
  for (const Frame& frame : stack.frames) {
    text += "  " + Utf8(frame.function.empty() ? "??" : frame.function);
    if (frame.line != 0)
      text += "  " + Utf8(RelativePath(frame.file, directory)) + ":" + std::to_string(frame.line);
    text += "\n";
  }
  return text;
}

}  // namespace

std::string TimelineData(const FindingView& finding, const std::string& directory,
                         SourceText& sources) {
  const Timeline& timeline = *finding.timeline;
  json words = json::array();
  for (const std::string& text : timeline.words) words.push_back(Utf8(text));
  json places = json::array();
  for (const TimelinePlace& place : timeline.places) {
    places.push_back(json::array({Utf8(place.function), Utf8(RelativePath(place.file, directory)),
                                  place.line, sources.Trimmed(place.file, place.line)}));
  }
  json kinds = json::array();
  for (uint32_t op = 0; op <= static_cast<uint32_t>(OpKind::kExit); ++op)
    kinds.push_back(ColorKind(static_cast<OpKind>(op)));
  json spans = json::array();
  for (const Span& span : SpansOf(timeline)) {
    spans.push_back(json::array({span.kind == Span::Kind::kWaits ? 1 : 0, span.thread, span.object,
                                 span.begin, span.end, span.open}));
  }
  json after = json::array();
  for (const uint32_t at : PredecessorsOf(timeline))
    after.push_back(at == kNoEvent ? int64_t{-1} : static_cast<int64_t>(at));
  json stacks = json::object();
  for (const AccessView& access : finding.accesses)
    stacks[std::to_string(access.thread)] = StackText(access.stack, directory);
  const json data = {{"words", std::move(words)},           {"places", std::move(places)},
                     {"kinds", std::move(kinds)},           {"threads", Labels(timeline.threads)},
                     {"objects", Labels(timeline.objects)}, {"events", EventsOf(timeline)},
                     {"spans", std::move(spans)},           {"after", std::move(after)},
                     {"before", BeforeOf(timeline)},        {"stacks", std::move(stacks)}};
  std::string text;
  // Nothing in a script element may look like its end.
  for (const char c : data.dump(-1, ' ', false, json::error_handler_t::replace)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace heddle::report
