// Everything that happened in the execution of a finding, small enough for a hundred thousand events: what the trace and
// the interactive page draw.
//
// A view keeps the last events as sentences (EventView); a timeline keeps all of them as numbers into tables of words and
// places. What a drawing needs besides the events, it derives from them: for how long a lock was held, for how long a
// thread waited, and which earlier event of another thread an event follows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trace/operation.h"

namespace heddle::report {

// The most events that a timeline holds, the last ones; a drawing of more shows nothing to a person.
inline constexpr uint64_t kTimelineEventsMax = 200'000;

struct TimelinePlace {
  std::string function;  // short name, "" if unknown
  std::string file;
  uint32_t line = 0;
};

struct TimelineEvent {
  uint64_t index = 0;  // number of the event in the execution
  uint32_t thread = 0;
  trace::OpKind op = trace::OpKind::kNone;
  uint32_t object = 0;  // ObjectId, 0 if none
  uint32_t words = 0;   // index into Timeline::words
  uint32_t place = 0;   // index into Timeline::places
  uint64_t value = 0;   // if has_value; creating and joining: the number of the other thread
  bool has_value = false;
  bool switched = false;
  bool blocked = false;
  bool is_access_of_finding = false;
  uint32_t result = 0;  // errno, 0 if it went well
  uint64_t time_ns = 0;
};

struct Timeline {
  std::vector<std::string> words;           // "locks mutex M1 (lock_a)"
  std::vector<TimelinePlace> places;        // places[0] is the unknown one
  std::vector<TimelineEvent> events;        // oldest first
  std::map<uint32_t, std::string> threads;  // labels of all threads that have events
  std::map<uint32_t, std::string> objects;  // "mutex M1 (lock_a)"
  uint64_t events_left_out = 0;             // older ones, not in `events`
};

inline constexpr uint32_t kNoEvent = 0xffff'ffff;

// A stretch of one thread's life, between two positions in Timeline::events.
struct Span {
  enum class Kind : uint8_t { kHeld, kWaits };
  Kind kind = Kind::kHeld;
  uint32_t thread = 0;
  uint32_t object = 0;
  uint32_t begin = 0;
  uint32_t end = 0;   // the last position of the timeline if it never ended
  bool open = false;  // it had not ended when the finding was made
};

// Locks held and waits, by begin.
[[nodiscard]] std::vector<Span> SpansOf(const Timeline& timeline);

// For each event the position of the event of another thread that it follows by synchronisation (the unlock before a lock,
// the creation before a start, the store that a load reads), kNoEvent if there is none.
[[nodiscard]] std::vector<uint32_t> PredecessorsOf(const Timeline& timeline);

}  // namespace heddle::report
