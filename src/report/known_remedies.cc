// See known_remedies.h.
#include "report/known_remedies.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "report/names.h"
#include "report/sentences.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using trace::Verdict;

SuggestionView Make(const char* remedy, const char* advice, std::string evidence) {
  return {.remedy = remedy,
          .advice = advice,
          .evidence = std::move(evidence),
          .lock = {},
          .function = {},
          .file = {}};
}

bool IsLock(const CycleEdge& edge) {
  return edge.kind == "mutex" || edge.kind == "rwlock" || edge.kind == "spin lock";
}

std::string EdgeLabel(const CycleEdge& edge) {
  return edge.variable.empty() ? fmt::format("{} {}", edge.kind, edge.name)
                               : fmt::format("{} {} ({})", edge.kind, edge.name, edge.variable);
}

// Two or more locks, each held by one thread and wanted by another.
std::optional<SuggestionView> ForCycle(const FindingView& finding) {
  const size_t count = finding.cycle.size();
  if (count < 2 || !std::all_of(finding.cycle.begin(), finding.cycle.end(), IsLock))
    return std::nullopt;
  const bool one_object = std::all_of(
      finding.cycle.begin(), finding.cycle.end(),
      [&finding](const CycleEdge& edge) { return edge.object == finding.cycle.front().object; });
  if (one_object) return std::nullopt;  // A lock taken twice: no order helps.
  std::string evidence;
  for (size_t i = 0; i < count; ++i) {
    const CycleEdge& edge = finding.cycle[i];
    const CycleEdge& held = finding.cycle[(i + count - 1) % count];
    evidence +=
        fmt::format("{}{} {} {} while it holds {}", i == 0 ? "" : "; ", ThreadWords(edge.thread),
                    finding.verdict == Verdict::kLockOrder ? "takes" : "wants", EdgeLabel(edge),
                    EdgeLabel(held));
  }
  SuggestionView suggestion =
      Make("lock-in-one-order",
           "take these locks in one order everywhere, or together with std::scoped_lock",
           std::move(evidence));
  suggestion.lock = EdgeLabel(finding.cycle.front());
  SetPlace(finding.cycle.front().at, &suggestion);
  return suggestion;
}

std::optional<SuggestionView> ForLostWakeup(const FindingView& finding) {
  for (const ThreadView& thread : finding.threads) {
    if (!thread.waits_for.starts_with("condition variable")) continue;
    SuggestionView suggestion =
        Make("wait-with-predicate",
             "keep what is waited for in a variable under the mutex, and wait until it is so",
             fmt::format("{} waits for {}, which was notified when it did not wait, and nobody is "
                         "left to notify it again",
                         thread.label, thread.waits_for));
    SetPlace(thread.current, &suggestion);
    return suggestion;
  }
  return std::nullopt;
}

std::optional<SuggestionView> ForLeak(const FindingView& finding) {
  for (const ThreadView& thread : finding.threads) {
    if (thread.index == 0 || thread.created.frames.empty()) continue;
    if (finding.thread != kNoThreadIndex && finding.thread != 0 && thread.index != finding.thread)
      continue;
    SuggestionView suggestion =
        Make("wait-for-all", "join every thread that is started, or detach it",
             fmt::format("{} ended and was neither joined nor detached", thread.label));
    SetPlace(thread.created, &suggestion);
    return suggestion;
  }
  return std::nullopt;
}

// The block was freed by whoever started the thread that still uses it.
std::optional<SuggestionView> ForUseAfterFree(const FindingView& finding) {
  if (finding.accesses.empty() || !finding.heap || !finding.heap->freed) return std::nullopt;
  const uint32_t user = finding.accesses.front().thread;
  const uint32_t freed_by = finding.heap->free_thread;
  for (const ThreadView& thread : finding.threads) {
    if (thread.index != user || user == freed_by || thread.parent != freed_by) continue;
    SuggestionView suggestion =
        Make("wait-for-all", "join the thread before its data is freed",
             fmt::format("the block was freed by {}, which started {}, and that had not ended",
                         ThreadWords(freed_by), thread.label));
    SetPlace(finding.heap->freed_at, &suggestion);
    return suggestion;
  }
  return std::nullopt;
}

}  // namespace

void SetPlace(const Stack& stack, SuggestionView* suggestion) {
  const Frame* frame = UserFrame(stack);
  if (frame == nullptr || frame->line == 0) return;
  suggestion->function = ShortName(frame->function);
  suggestion->file = frame->file;
  suggestion->line = frame->line;
}

std::optional<SuggestionView> KnownRemedy(const FindingView& finding) {
  const Verdict verdict = finding.verdict;
  if (verdict == Verdict::kDeadlock || verdict == Verdict::kLockOrder) return ForCycle(finding);
  if (verdict == Verdict::kLostWakeup) return ForLostWakeup(finding);
  if (verdict == Verdict::kThreadLeak) return ForLeak(finding);
  if (verdict == Verdict::kUseAfterFree) return ForUseAfterFree(finding);
  const bool twice = verdict == Verdict::kUncaughtException &&
                     finding.message.find("Promise already satisfied") != std::string::npos;
  if (!twice) return std::nullopt;
  return Make("signal-once", "let one path set the promise, or let a second one do nothing",
              "the promise was set a second time");
}

}  // namespace heddle::report
