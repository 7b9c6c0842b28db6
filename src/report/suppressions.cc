// See suppressions.h.
#include "report/suppressions.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/names.h"
#include "report/text_writer.h"
#include "report/trim.h"
#include "trace/detect.h"

namespace heddle::report {
namespace {

using trace::Verdict;
using Kind = SuppressionRule::Kind;

struct KnownKind {
  std::string_view name;
  Kind kind;
};
constexpr KnownKind kKinds[] = {
    {"race", Kind::kRace},         {"race_top", Kind::kRaceTop},
    {"deadlock", Kind::kDeadlock}, {"called_from_lib", Kind::kCalledFromLib},
    {"mutex", Kind::kMutex},       {"thread", Kind::kThread},
};

std::string_view TrimBlanks(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

// Whether the parts between the stars of `pattern` stand in `text` one after the other, from its begin.
bool MatchesFromBegin(std::string_view pattern, std::string_view text, bool to_end) {
  // Greedy matching with one point of return suffices: a later star makes earlier choices irrelevant.
  size_t at = 0, from = 0, star = std::string_view::npos, star_at = 0;
  while (true) {
    if (from < pattern.size() && pattern[from] == '*') {
      star = ++from;
      star_at = at;
    } else if (from == pattern.size() && (!to_end || at == text.size())) {
      return true;
    } else if (from < pattern.size() && at < text.size() && pattern[from] == text[at]) {
      ++from;
      ++at;
    } else if (star != std::string_view::npos && star_at < text.size()) {
      from = star;
      at = ++star_at;
    } else {
      return false;
    }
  }
}

bool MatchesFrame(const std::string& pattern, const Frame& frame) {
  const auto matches = [&pattern](std::string_view text) {
    return !text.empty() && MatchesPattern(pattern, text);
  };
  return matches(frame.function) || matches(QualifiedName(frame.function)) || matches(frame.file) ||
         matches(frame.module);
}

bool MatchesStack(const std::string& pattern, const Stack& stack) {
  return std::any_of(stack.frames.begin(), stack.frames.end(),
                     [&pattern](const Frame& frame) { return MatchesFrame(pattern, frame); });
}

// Any frame of what the finding itself did: accesses, waits, allocation and release.
bool MatchesFinding(const std::string& pattern, const FindingView& finding) {
  const auto matches = [&pattern](const Stack& stack) { return MatchesStack(pattern, stack); };
  for (const AccessView& access : finding.accesses) {
    if (matches(access.stack)) return true;
  }
  for (const CycleEdge& edge : finding.cycle) {
    if (matches(edge.at)) return true;
  }
  if (finding.heap && (matches(finding.heap->allocated) || matches(finding.heap->freed_at)))
    return true;
  return finding.location.kind == LocationKind::kGlobal &&
         MatchesPattern(pattern, finding.location.name);
}

bool MatchesThreads(const std::string& pattern, const FindingView& finding) {
  return std::any_of(finding.threads.begin(), finding.threads.end(), [&](const ThreadView& thread) {
    return MatchesStack(pattern, thread.created) || MatchesStack(pattern, thread.current) ||
           (!thread.name.empty() && MatchesPattern(pattern, thread.name));
  });
}

bool MatchesLocks(const std::string& pattern, const FindingView& finding) {
  for (const ThreadView& thread : finding.threads) {
    for (const LockView& lock : thread.locks) {
      if (MatchesStack(pattern, lock.taken)) return true;
    }
  }
  return false;
}

bool IsMemory(Verdict verdict) {
  return verdict == Verdict::kDataRace || verdict == Verdict::kUseAfterFree;
}

bool MatchesTop(const std::string& pattern, const FindingView& finding) {
  return std::any_of(
      finding.accesses.begin(), finding.accesses.end(), [&pattern](const AccessView& access) {
        return !access.stack.frames.empty() && MatchesFrame(pattern, access.stack.frames.front());
      });
}

bool MatchesLibrary(const std::string& pattern, const FindingView& finding) {
  for (const AccessView& access : finding.accesses) {
    for (const Frame& frame : access.stack.frames) {
      if (!frame.module.empty() && MatchesPattern(pattern, frame.module)) return true;
    }
  }
  return false;
}

bool FallsUnder(const SuppressionRule& rule, const FindingView& finding) {
  const Verdict verdict = finding.verdict;
  switch (rule.kind) {
    case Kind::kRace:
      return IsMemory(verdict) && MatchesFinding(rule.pattern, finding);
    case Kind::kRaceTop:
      return IsMemory(verdict) && MatchesTop(rule.pattern, finding);
    case Kind::kDeadlock:
      return (verdict == Verdict::kDeadlock || verdict == Verdict::kLockOrder) &&
             (MatchesFinding(rule.pattern, finding) || MatchesLocks(rule.pattern, finding));
    case Kind::kCalledFromLib:
      return (IsMemory(verdict) || verdict == Verdict::kMutexMisuse) &&
             MatchesLibrary(rule.pattern, finding);
    case Kind::kMutex:
      return verdict == Verdict::kMutexMisuse && MatchesFinding(rule.pattern, finding);
    case Kind::kThread:
      return verdict == Verdict::kThreadLeak &&
             (MatchesFinding(rule.pattern, finding) || MatchesThreads(rule.pattern, finding));
    case Kind::kVerdict:
      return verdict == rule.verdict &&
             (MatchesFinding(rule.pattern, finding) || MatchesThreads(rule.pattern, finding));
  }
  return false;
}

void AddLine(std::string_view line, size_t number, Suppressions* suppressions) {
  const auto note = [&](const std::string& why) {
    suppressions->notes.push_back(fmt::format("line {} has no effect: {}", number, why));
  };
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return note(fmt::format("'{}' is not of the form KIND:PATTERN", Harmless(line)));
  const std::string_view kind = line.substr(0, colon);
  SuppressionRule rule;
  rule.pattern = TrimBlanks(line.substr(colon + 1));
  rule.text = line;
  if (rule.pattern.empty() || rule.pattern == "^" || rule.pattern == "$")
    return note(fmt::format("'{}' has no pattern", Harmless(line)));
  const auto* known = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [kind](const KnownKind& entry) { return entry.name == kind; });
  if (known != std::end(kKinds)) {
    rule.kind = known->kind;
  } else if (kind == "signal") {
    return note("Heddle makes no findings of the kind 'signal'");
  } else if (const Verdict verdict = trace::FindVerdict(kind.data(), kind.size());
             verdict != Verdict::kNone) {
    rule.kind = Kind::kVerdict;
    rule.verdict = verdict;
  } else {
    return note(fmt::format("'{}' is no kind that Heddle knows", Harmless(kind)));
  }
  suppressions->rules.push_back(std::move(rule));
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  const bool from_begin = pattern.starts_with('^');
  if (from_begin) pattern.remove_prefix(1);
  const bool to_end = pattern.ends_with('$');
  if (to_end) pattern.remove_suffix(1);
  if (from_begin) return MatchesFromBegin(pattern, text, to_end);
  return MatchesFromBegin("*" + std::string(pattern), text, to_end);
}

Suppressions ParseSuppressions(std::string_view text) {
  Suppressions suppressions;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = TrimBlanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.front() != '#') AddLine(line, number, &suppressions);
  }
  return suppressions;
}

const SuppressionRule* FindRule(const Suppressions& suppressions, const FindingView& finding) {
  for (const SuppressionRule& rule : suppressions.rules) {
    if (FallsUnder(rule, finding)) return &rule;
  }
  return nullptr;
}

}  // namespace heddle::report
