// See sentences.h.
#include "report/sentences.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/names.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using trace::Verdict;

// Memory below this address belongs to no object: an access there went through a null pointer.
constexpr uint64_t kNullPageBytes = 4096;

// The stack that tells best where a finding is: that of its access, else where the noticing thread stood.
const Stack* MainStack(const FindingView& finding) {
  if (!finding.accesses.empty() && !finding.accesses.front().stack.frames.empty()) {
    return &finding.accesses.front().stack;
  }
  for (const ThreadView& thread : finding.threads) {
    if (thread.index == finding.thread && !thread.current.frames.empty()) return &thread.current;
  }
  return nullptr;
}

// " in f() file:line by T1", as far as it is known.
std::string WhereAndWho(const FindingView& finding) {
  std::string text;
  if (const Stack* stack = MainStack(finding); stack != nullptr)
    text += " in " + PlaceWords(*stack);
  if (finding.thread != kNoThreadIndex) text += " by " + ThreadWords(finding.thread);
  return text;
}

std::string AccessSentence(const AccessView& access) {
  return fmt::format("{} in {} by {}", access.words, PlaceWords(access.stack),
                     ThreadWords(access.thread));
}

std::string Race(const FindingView& finding) {
  std::string text = "data race on " + LocationWords(finding) + ": ";
  if (finding.accesses.empty()) return text + "the accesses are not known";
  text += AccessSentence(finding.accesses[0]);
  if (finding.accesses.size() > 1) return text + ", " + AccessSentence(finding.accesses[1]);
  return text + ", the earlier access is not known";
}

std::string ObjectWords(const CycleEdge& edge) {
  return edge.variable.empty() ? edge.name : fmt::format("{} ({})", edge.name, edge.variable);
}

// "T1 holds mutex M1 and waits for M2, T2 holds M2 and waits for M1": the kind is said once if there is only one.
std::string Cycle(const std::vector<CycleEdge>& cycle) {
  const bool one_kind = std::all_of(cycle.begin(), cycle.end(), [&cycle](const CycleEdge& edge) {
    return edge.kind == cycle[0].kind;
  });
  std::string text;
  for (size_t i = 0; i < cycle.size(); ++i) {
    const CycleEdge& held = cycle[(i + cycle.size() - 1) % cycle.size()];
    const std::string held_kind = i == 0 || !one_kind ? held.kind + " " : "";
    const std::string kind = one_kind ? "" : cycle[i].kind + " ";
    text += fmt::format("{}{} holds {}{} and waits for {}{}", i == 0 ? "" : ", ",
                        ThreadWords(cycle[i].thread), held_kind, ObjectWords(held), kind,
                        ObjectWords(cycle[i]));
  }
  return text;
}

std::string Waits(const FindingView& finding) {
  std::string text;
  for (const ThreadView& thread : finding.threads) {
    if (thread.waits_for.empty()) continue;
    text += fmt::format("{}{} waits for {}", text.empty() ? "" : ", ", ThreadWords(thread.index),
                        thread.waits_for);
  }
  return text.empty() ? "no thread can go on" : text;
}

std::string Deadlock(const FindingView& finding) {
  if (finding.cycle.size() == 1) {
    const CycleEdge& self = finding.cycle[0];
    return fmt::format("deadlock: {} waits for {} {}, which it holds itself",
                       ThreadWords(self.thread), self.kind, ObjectWords(self));
  }
  return "deadlock: " + (finding.cycle.empty() ? Waits(finding) : Cycle(finding.cycle));
}

std::string LockOrder(const FindingView& finding) {
  std::string text = "locks are taken in opposite orders: ";
  if (finding.cycle.empty()) return text + "the cycle is not known";
  for (size_t i = 0; i < finding.cycle.size(); ++i) {
    const CycleEdge& edge = finding.cycle[i];
    const CycleEdge& held = finding.cycle[(i + finding.cycle.size() - 1) % finding.cycle.size()];
    text += fmt::format("{}{} takes {} while it holds {}", i == 0 ? "" : ", ",
                        ThreadWords(edge.thread), ObjectWords(edge), ObjectWords(held));
  }
  return text;
}

std::string LostWakeup(const FindingView& finding) {
  for (const ThreadView& thread : finding.threads) {
    if (thread.index != finding.thread || thread.waits_for.empty()) continue;
    return fmt::format("lost wake-up: {} waits for {} in {}, and nobody is left to notify it",
                       ThreadWords(thread.index), thread.waits_for, PlaceWords(thread.current));
  }
  return "lost wake-up: " + Waits(finding);
}

std::string Livelock(const FindingView& finding) {
  std::string text;
  for (const ThreadView& thread : finding.threads) {
    if (thread.state != "runnable") continue;
    text += fmt::format("{}{} in {}", text.empty() ? "" : ", ", ThreadWords(thread.index),
                        PlaceWords(thread.current));
  }
  if (text.empty()) text = ThreadWords(finding.thread);
  return "livelock: no progress, although threads run: " + text;
}

std::string Crash(const FindingView& finding) {
  std::string text = "crash: " + SignalWords(finding.signal);
  const bool faults = finding.signal == SIGSEGV || finding.signal == SIGBUS;
  if (faults && finding.address < kNullPageBytes) {
    text += fmt::format(" (null pointer, address {:#x})", finding.address);
  } else if (faults) {
    text += fmt::format(" (address {:#x})", finding.address);
  }
  return text + WhereAndWho(finding);
}

std::string Heap(const FindingView& finding, std::string_view what) {
  std::string text(what);
  if (!finding.accesses.empty()) text += ": " + AccessSentence(finding.accesses[0]);
  if (finding.heap) {
    text += fmt::format(", in a heap block of {}", Count(finding.heap->bytes, "byte"));
    if (finding.heap->freed && !finding.heap->freed_at.frames.empty()) {
      text += fmt::format(" freed in {} by {}", PlaceWords(finding.heap->freed_at),
                          ThreadWords(finding.heap->free_thread));
    }
  }
  return text;
}

std::string ThreadLeak(const FindingView& finding) {
  for (const ThreadView& thread : finding.threads) {
    if (thread.index != finding.thread) continue;
    return fmt::format("thread leak: {}, created in {}, was neither joined nor detached",
                       ThreadWords(thread.index), PlaceWords(thread.created));
  }
  return fmt::format("thread leak: {} was neither joined nor detached",
                     ThreadWords(finding.thread));
}

// "verdict words: message in f() file:line by T1".
std::string Message(const FindingView& finding) {
  std::string words = trace::VerdictName(finding.verdict);
  std::replace(words.begin(), words.end(), '-', ' ');
  std::string message = finding.message.substr(0, finding.message.find('\n'));
  if (message.empty()) message = trace::VerdictText(finding.verdict);
  return words + ": " + message + WhereAndWho(finding);
}

}  // namespace

std::string PlaceWords(const Stack& stack) {
  const Frame* frame = UserFrame(stack);
  if (frame == nullptr) return "an unknown place";
  std::string text = ShortName(frame->function);
  if (!frame->file.empty()) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", BaseName(frame->file), frame->line);
  } else if (!frame->module.empty()) {
    text += fmt::format("{}{}+{:#x}", text.empty() ? "" : " ", BaseName(frame->module),
                        frame->module_offset);
  }
  return text.empty() ? "an unknown place" : text;
}

std::string ThreadWords(uint32_t thread) {
  return thread == kNoThreadIndex ? "an unknown thread" : fmt::format("T{}", thread);
}

std::string LocationWords(const FindingView& finding) {
  uint32_t bytes = 0;
  for (const AccessView& access : finding.accesses) bytes = std::max(bytes, access.size);
  const std::string size = bytes == 0 ? "" : fmt::format(" ({})", Count(bytes, "byte"));
  const LocationView& location = finding.location;
  switch (location.kind) {
    case LocationKind::kGlobal:
      if (location.offset == 0) return fmt::format("global '{}'{}", location.name, size);
      return fmt::format("global '{}+{}'{}", location.name, location.offset, size);
    case LocationKind::kHeap:
      if (!finding.heap) return "heap memory" + size;
      return fmt::format("heap block of {}, offset {}{}", Count(finding.heap->bytes, "byte"),
                         finding.heap->offset, size);
    case LocationKind::kStack:
      return fmt::format("stack of {}{}", ThreadWords(location.thread), size);
    case LocationKind::kThreadLocal:
      return fmt::format("thread-local storage of {}{}", ThreadWords(location.thread), size);
    case LocationKind::kUnknown:
      return "memory" + size;
  }
  return "memory" + size;
}

std::string AccessWords(trace::OpKind op) {
  using enum trace::OpKind;
  if (op == kPlainRead) return "read";
  if (op == kPlainWrite) return "write";
  if (op == kAtomicLoad) return "atomic read";
  if (op == kAtomicStore) return "atomic write";
  if (op == kAtomicRmw) return "atomic update";
  if (op == kAtomicCas) return "atomic compare-exchange";
  if (op == kFree) return "free";
  if (op == kNone) return "access";
  return trace::OpWords(op);
}

std::string SignalWords(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

std::string Count(uint64_t number, std::string_view unit) {
  return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
}

std::string Summarize(const FindingView& finding) {
  switch (finding.verdict) {
    case Verdict::kDataRace:
      return Race(finding);
    case Verdict::kDeadlock:
      return Deadlock(finding);
    case Verdict::kLockOrder:
      return LockOrder(finding);
    case Verdict::kLostWakeup:
      return LostWakeup(finding);
    case Verdict::kLivelock:
      return Livelock(finding);
    case Verdict::kCrash:
      return Crash(finding);
    case Verdict::kExitStatus:
      return fmt::format("exit status {}: the program ended with a status other than zero",
                         finding.exit_status);
    case Verdict::kUseAfterFree:
      return Heap(finding, "use after free");
    case Verdict::kDoubleFree:
      return Heap(finding, "double free");
    case Verdict::kOutOfBounds:
      return Heap(finding, "out of bounds");
    case Verdict::kThreadLeak:
      return ThreadLeak(finding);
    case Verdict::kNone:
    case Verdict::kAssertion:
    case Verdict::kUncaughtException:
    case Verdict::kMutexMisuse:
    case Verdict::kInvariant:
    case Verdict::kNotLinearizable:
    case Verdict::kNondeterminism:
      return Message(finding);
  }
  return Message(finding);
}

}  // namespace heddle::report
