// See timeline.h.
#include "report/timeline.h"

#include <algorithm>
#include <utility>

namespace heddle::report {
namespace {

using trace::OpKind;

// What an operation means for the order of threads that meet at its object.
enum class Role : uint8_t { kNone, kTakes, kGives, kBoth };

Role RoleOf(OpKind op) {
  using enum OpKind;
  switch (op) {
    case kMutexLock:
    case kMutexTryLock:
    case kMutexTimedLock:
    case kCondRelock:
    case kReadLock:
    case kTryReadLock:
    case kTimedReadLock:
    case kWriteLock:
    case kTryWriteLock:
    case kTimedWriteLock:
    case kSpinLock:
    case kSpinTryLock:
    case kCondWait:
    case kCondTimedWait:
    case kSemWait:
    case kSemTryWait:
    case kSemTimedWait:
    case kGuardAcquire:
    case kFutexWait:
    case kAtomicLoad:
    case kIoRead:
    case kIoWait:
    case kSignalWait:
      return Role::kTakes;
    case kMutexUnlock:
    case kRwUnlock:
    case kSpinUnlock:
    case kCondSignal:
    case kCondBroadcast:
    case kSemPost:
    case kGuardRelease:
    case kFutexWake:
    case kAtomicStore:
    case kIoWrite:
    case kSignalSend:
      return Role::kGives;
    case kBarrierWait:
    case kOnce:
    case kAtomicRmw:
    case kAtomicCas:
      return Role::kBoth;
    case kNone:
    case kThreadStart:
    case kThreadCreate:
    case kThreadJoin:
    case kThreadDetach:
    case kThreadExit:
    case kThreadCancel:
    case kSemGetValue:
    case kFence:
    case kYield:
    case kSleep:
    case kClock:
    case kProcessWait:
    case kPlainRead:
    case kPlainWrite:
    case kMalloc:
    case kFree:
    case kChoose:
    case kSpin:
    case kExit:
      return Role::kNone;
  }
  return Role::kNone;
}

bool TakesLock(OpKind op) {
  using enum OpKind;
  return op == kMutexLock || op == kMutexTryLock || op == kMutexTimedLock || op == kCondRelock ||
         op == kReadLock || op == kTryReadLock || op == kTimedReadLock || op == kWriteLock ||
         op == kTryWriteLock || op == kTimedWriteLock || op == kSpinLock || op == kSpinTryLock;
}

bool ReleasesLock(OpKind op) {
  return op == OpKind::kMutexUnlock || op == OpKind::kRwUnlock || op == OpKind::kSpinUnlock;
}

}  // namespace

std::vector<Span> SpansOf(const Timeline& timeline) {
  struct Held {
    size_t span;     // index into `spans`
    uint32_t depth;  // of a recursive lock
  };
  std::vector<Span> spans;
  std::map<std::pair<uint32_t, uint32_t>, Held> held;  // by thread and object
  std::map<uint32_t, uint32_t> last;                   // a thread's latest event
  const auto count = static_cast<uint32_t>(timeline.events.size());
  for (uint32_t at = 0; at < count; ++at) {
    const TimelineEvent& event = timeline.events[at];
    const auto before = last.find(event.thread);
    if (event.blocked && before != last.end())
      spans.push_back({Span::Kind::kWaits, event.thread, event.object, before->second, at, false});
    const std::pair<uint32_t, uint32_t> key(event.thread, event.object);
    if (TakesLock(event.op) && event.result == 0) {
      const auto [entry, first] = held.try_emplace(key, Held{spans.size(), 0});
      ++entry->second.depth;
      if (first)
        spans.push_back({Span::Kind::kHeld, event.thread, event.object, at, count - 1, true});
    } else if (ReleasesLock(event.op) && event.result == 0) {
      const auto entry = held.find(key);
      if (entry != held.end() && --entry->second.depth == 0) {
        spans[entry->second.span].end = at;
        spans[entry->second.span].open = false;
        held.erase(entry);
      }
    }
    last[event.thread] = at;
  }
  std::stable_sort(spans.begin(), spans.end(),
                   [](const Span& a, const Span& b) { return a.begin < b.begin; });
  return spans;
}

std::vector<uint32_t> PredecessorsOf(const Timeline& timeline) {
  struct Given {
    uint32_t latest = kNoEvent;
    uint32_t latest_of_other = kNoEvent;  // the latest of another thread than that one
  };
  std::map<uint32_t, Given> given;       // by object
  std::map<uint32_t, uint32_t> created;  // by the new thread's number
  std::map<uint32_t, uint32_t> last;     // a thread's latest event
  const std::vector<TimelineEvent>& events = timeline.events;
  std::vector<uint32_t> predecessors(events.size(), kNoEvent);
  for (uint32_t at = 0; at < events.size(); ++at) {
    const TimelineEvent& event = events[at];
    const Role role = RoleOf(event.op);
    if (event.op == OpKind::kThreadStart) {
      const auto creation = created.find(event.thread);
      if (creation != created.end()) predecessors[at] = creation->second;
    } else if (event.op == OpKind::kThreadJoin && event.result == 0) {
      const auto end = last.find(static_cast<uint32_t>(event.value));
      if (end != last.end() && event.value != event.thread) predecessors[at] = end->second;
    } else if ((role == Role::kTakes || role == Role::kBoth) && event.object != 0 &&
               event.result == 0) {
      const Given& before = given[event.object];
      const bool own = before.latest != kNoEvent && events[before.latest].thread == event.thread;
      predecessors[at] = own ? before.latest_of_other : before.latest;
    }
    if (event.op == OpKind::kThreadCreate) created[static_cast<uint32_t>(event.value)] = at;
    if ((role == Role::kGives || role == Role::kBoth) && event.object != 0) {
      Given& now = given[event.object];
      if (now.latest != kNoEvent && events[now.latest].thread != event.thread)
        now.latest_of_other = now.latest;
      now.latest = at;
    }
    last[event.thread] = at;
  }
  return predecessors;
}

}  // namespace heddle::report
