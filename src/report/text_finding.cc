// One finding as text. The order is that in which a person asks: what, where, under which locks, in whose memory, which
// threads, how it came about; and, first and last, how to see it again.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/names.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/text_writer.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using trace::Verdict;

// Lines of the program's own output that are quoted.
constexpr size_t kOutputLinesMax = 20;

// Threads that took no part and are told all the same.
constexpr size_t kBystandersMax = 6;

bool IsHang(Verdict verdict) {
  return verdict == Verdict::kDeadlock || verdict == Verdict::kLostWakeup ||
         verdict == Verdict::kLivelock;
}

std::string ReplayLine(const FindingView& finding) {
  if (finding.card.empty()) return "replay: not possible, no card was written";
  return "replay: heddle replay " + finding.card;
}

std::string Label(const FindingView& finding, uint32_t index) {
  for (const ThreadView& thread : finding.threads) {
    if (thread.index == index) return Harmless(thread.label);
  }
  return index == 0 ? "T0 (main)" : ThreadWords(index);
}

std::string LockLabel(const LockView& lock) {
  return lock.variable.empty() ? lock.name : fmt::format("{} ({})", lock.name, lock.variable);
}

std::string HeldWords(const std::vector<LockView>& locks) {
  if (locks.empty()) return "holding no lock";
  std::string text = "holding ";
  for (size_t i = 0; i < locks.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", locks[i].kind, LockLabel(locks[i]));
  }
  return text;
}

void AddAccess(const FindingView& finding, const AccessView& access, std::string_view prefix,
               TextWriter* out) {
  const std::string size =
      access.size == 0 ? "" : fmt::format(" of {}", Count(access.size, "byte"));
  out->Line();
  if (access.op == trace::OpKind::kNone) {
    out->Heading(
        fmt::format("  {} was here, {}", Label(finding, access.thread), HeldWords(access.locks)));
    return out->AddStack(access.stack);
  }
  out->Heading(fmt::format("  {}{}{} by {}, {}", prefix, access.words, size,
                           Label(finding, access.thread), HeldWords(access.locks)));
  out->AddStack(access.stack);
}

void AddAccesses(const FindingView& finding, TextWriter* out) {
  for (size_t i = 0; i < finding.accesses.size(); ++i) {
    AddAccess(finding, finding.accesses[i], i == 0 ? "" : "earlier ", out);
  }
  if (finding.verdict == Verdict::kDataRace && finding.accesses.size() < 2) {
    out->Line("  (the earlier access is not known)");
  }
  for (const AccessView& access : finding.accesses) {
    for (const LockView& lock : access.locks) {
      out->Line();
      out->Heading(fmt::format("  {} {} was taken by {}", lock.kind, LockLabel(lock),
                               Label(finding, access.thread)));
      out->AddStack(lock.taken);
    }
  }
}

void AddLocation(const FindingView& finding, TextWriter* out) {
  const LocationView& location = finding.location;
  switch (location.kind) {
    case LocationKind::kGlobal: {
      std::string text = fmt::format("  location: global variable '{}' of {}", location.name,
                                     Count(location.bytes, "byte"));
      if (location.offset != 0) text += fmt::format(", at offset {}", location.offset);
      if (!location.file.empty())
        text += fmt::format(", {}:{}", out->Path(location.file), location.line);
      out->Line();
      out->Heading(text);
      return;
    }
    case LocationKind::kStack:
      out->Line();
      out->Heading(fmt::format("  location: stack of {}", Label(finding, location.thread)));
      return;
    case LocationKind::kThreadLocal:
      out->Line();
      out->Heading(
          fmt::format("  location: thread-local storage of {}", Label(finding, location.thread)));
      return;
    case LocationKind::kUnknown:
      if (finding.verdict != Verdict::kDataRace) return;
      out->Line();
      out->Heading(
          fmt::format("  location: address {:#x}, neither a global variable nor a known heap block",
                      location.address));
      return;
    case LocationKind::kHeap:
      return;  // AddHeap says more.
  }
}

void AddHeap(const FindingView& finding, TextWriter* out) {
  if (!finding.heap) return;
  const HeapView& heap = *finding.heap;
  out->Line();
  out->Heading(fmt::format("  location: {} into a heap block of {}, allocated by {}",
                           Count(heap.offset, "byte"), Count(heap.bytes, "byte"),
                           Label(finding, heap.alloc_thread)));
  out->AddStack(heap.allocated);
  if (!heap.freed) return;
  out->Line();
  out->Heading(fmt::format("  freed by {}", Label(finding, heap.free_thread)));
  out->AddStack(heap.freed_at);
}

void AddCycle(const FindingView& finding, TextWriter* out) {
  if (finding.cycle.empty()) return;
  const bool order = finding.verdict == Verdict::kLockOrder;
  out->Line();
  out->Heading(order ? "  the cycle of lock orders" : "  the cycle");
  const size_t count = finding.cycle.size();
  for (size_t i = 0; i < count; ++i) {
    const CycleEdge& edge = finding.cycle[i];
    const CycleEdge& held = finding.cycle[(i + count - 1) % count];
    const auto label = [](const CycleEdge& of) {
      return of.variable.empty() ? of.name : fmt::format("{} ({})", of.name, of.variable);
    };
    const std::string next = Label(finding, finding.cycle[(i + 1) % count].thread);
    if (order) {
      out->Line(fmt::format("    {} takes {} {} while it holds {}", Label(finding, edge.thread),
                            edge.kind, label(edge), label(held)));
      out->AddStack(edge.at);
    } else {
      out->Line(fmt::format("    {} holds {} and waits for {} {}, held by {}",
                            Label(finding, edge.thread), label(held), edge.kind, label(edge),
                            next));
    }
  }
}

std::string StateLine(const FindingView& finding, const ThreadView& thread) {
  std::string text = fmt::format("  {}", Harmless(thread.label));
  if (!thread.waits_for.empty()) {
    text += " waits for " + thread.waits_for;
    const bool says_owner = thread.waits_for.rfind("the end of", 0) == 0;
    if (thread.owner != kNoThreadIndex && !says_owner)
      text += ", held by " + Label(finding, thread.owner);
  } else if (!thread.state.empty()) {
    text += " is " + thread.state;
    if (thread.state == "runnable" && !thread.pending.empty()) text += ", next: " + thread.pending;
  }
  if (thread.lock_count == 0) return text;
  if (thread.lock_count > thread.locks.size())
    return text + fmt::format("; it holds {}", Count(thread.lock_count, "lock"));
  return text + "; it is " + HeldWords(thread.locks);
}

void AddThreads(const FindingView& finding, TextWriter* out) {
  for (const ThreadView& thread : finding.threads) {
    const bool shows_current =
        IsHang(finding.verdict) || (finding.accesses.empty() && thread.index == finding.thread &&
                                    !thread.current.frames.empty());
    if (shows_current) {
      out->Line();
      out->Heading(StateLine(finding, thread));
      out->AddStack(thread.current);
      // The other half of a deadlock: how it came to hold what another one waits for.
      for (const LockView& lock : thread.locks) {
        if (lock.taken.frames.empty()) continue;
        out->Line();
        out->Heading(fmt::format("  {} {} was taken by {}", lock.kind, LockLabel(lock),
                                 Label(finding, thread.index)));
        out->AddStack(lock.taken);
      }
    }
  }
  for (const ThreadView& thread : finding.threads) {
    if (thread.index == 0 || thread.bystander) continue;
    std::string text = fmt::format("  {} was created by {}", Harmless(thread.label),
                                   Label(finding, thread.parent));
    if (!thread.start_function.empty()) text += ", runs " + thread.start_function;
    out->Line();
    out->Heading(text);
    out->AddStack(thread.created);
  }
}

// Where the others stood at that moment: of each the innermost frames, down to the first that is the program's.
void AddBystanders(const FindingView& finding, TextWriter* out) {
  size_t shown = 0;
  size_t folded = 0;
  for (const ThreadView& thread : finding.threads) {
    if (!thread.bystander) continue;
    if (shown == kBystandersMax) {
      ++folded;
      continue;
    }
    ++shown;
    out->Line();
    out->Heading(StateLine(finding, thread) + ", meanwhile in");
    const std::vector<Frame>& frames = thread.current.frames;
    const auto user = std::find_if(frames.begin(), frames.end(), IsUserFrame);
    const auto end = user == frames.end() ? frames.begin() + 1 : user + 1;
    out->AddStack({.frames = {frames.begin(), end}});
  }
  if (folded > 0)
    out->Line(fmt::format("  ... and {} elsewhere (--json has them)", Count(folded, "thread")));
}

// "1 preemptive switch, 2 threads (found with 31 such switches; no schedule has fewer)"
void AddSchedule(const FindingView& finding, TextWriter* out) {
  if (!finding.schedule) return;
  const ScheduleView& schedule = *finding.schedule;
  const auto switches = [](uint32_t count) {
    return count == 1 ? std::string("1 preemptive switch")
                      : fmt::format("{} preemptive switches", count);
  };
  std::string text = fmt::format("  schedule: {}, {}", switches(schedule.preemptive_switches),
                                 Count(schedule.threads_involved, "thread"));
  std::vector<std::string> more;
  if (schedule.found_switches > schedule.preemptive_switches)
    more.push_back(fmt::format("found with {}", schedule.found_switches));
  if (schedule.minimal && schedule.preemptive_switches > 0) more.push_back("no schedule has fewer");
  for (size_t i = 0; i < more.size(); ++i) text += (i == 0 ? " (" : "; ") + more[i];
  out->Line(text + (more.empty() ? "" : ")"));
  if (!finding.swap) return;
  const auto words = [](const EventView& event) {
    std::string what = fmt::format("T{} {}", event.thread, Harmless(event.words));
    if (event.line != 0) what += fmt::format(" ({}:{})", BaseName(event.file), event.line);
    return what;
  };
  out->Line(fmt::format("  it passes if: {}", words(finding.swap->second)));
  out->Line(fmt::format("        before: {}", words(finding.swap->first)));
}

void AddMessage(const FindingView& finding, TextWriter* out) {
  if (finding.message.empty()) return;
  out->Line();
  out->Heading("  message");
  out->Quote(finding.message, kOutputLinesMax);
}

void AddOutput(const FindingView& finding, TextWriter* out) {
  if (finding.output_tail.empty()) return;
  out->Line();
  out->Heading("  end of the program's output");
  out->Quote(finding.output_tail, kOutputLinesMax);
}

}  // namespace

std::string StoryText(const FindingView& finding, const TextOptions& options) {
  TextWriter out(options);
  out.Line(ReplayLine(finding));
  out.Line();
  out.Heading(Harmless(finding.summary));
  out.Line(fmt::format("  {}: {}", trace::VerdictName(finding.verdict),
                       trace::VerdictText(finding.verdict)));
  AddSchedule(finding, &out);
  AddMessage(finding, &out);
  if (!finding.story.empty()) {
    AddStoryText(finding, &out);
  } else {
    AddEventTable(finding, &out);
  }
  AddDisciplineText(finding, &out);
  out.Line();
  out.Line(ReplayLine(finding));
  return out.Take();
}

std::string FindingText(const FindingView& finding, const TextOptions& options) {
  TextWriter out(options);
  out.Line(ReplayLine(finding));
  out.Line();
  out.Heading(Harmless(finding.summary));
  out.Line(fmt::format("  {}: {}", trace::VerdictName(finding.verdict),
                       trace::VerdictText(finding.verdict)));
  AddSchedule(finding, &out);
  AddMessage(finding, &out);
  if (!finding.story.empty()) AddStoryText(finding, &out);
  AddDisciplineText(finding, &out);
  AddAccesses(finding, &out);
  AddCycle(finding, &out);
  AddLocation(finding, &out);
  AddHeap(finding, &out);
  AddThreads(finding, &out);
  AddBystanders(finding, &out);
  if (finding.story.empty()) AddEventTable(finding, &out);
  AddOutput(finding, &out);
  out.Line();
  out.Line(ReplayLine(finding));
  return out.Take();
}

}  // namespace heddle::report
