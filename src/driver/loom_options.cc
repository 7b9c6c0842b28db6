#include "driver/loom_options.h"

#include <charconv>

namespace heddle::driver {
namespace {

using trace::StrategyKind;
using trace::StrategySpec;
using trace::Verdict;

constexpr uint32_t kPerMilleMax = 1000;
constexpr uint32_t kDepthDefault = 3;
constexpr uint32_t kDepthMax = 64;
constexpr uint32_t kPreemptionBoundMax = 1000;

struct VerdictEntry {
  Verdict verdict;
  std::string_view name;
};
constexpr VerdictEntry kVerdicts[] = {
#define HEDDLE_VERDICT(enumerator, name, text) {Verdict::enumerator, name},
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
};

struct DetectWord {
  uint32_t flag;
  std::string_view word;
  VerdictSet verdicts;  // found by this detector; 0: an allow flag
};
constexpr DetectWord kDetectWords[] = {
    {trace::kDetectRaces, "races", Only(Verdict::kDataRace)},
    {trace::kDetectLockOrder, "lock-order", Only(Verdict::kLockOrder)},
    {trace::kDetectHeap, "heap",
     Only(Verdict::kUseAfterFree) | Only(Verdict::kDoubleFree) | Only(Verdict::kOutOfBounds)},
    {trace::kDetectThreadLeak, "thread-leak", Only(Verdict::kThreadLeak)},
    {trace::kDetectExitStatus, "exit-status", Only(Verdict::kExitStatus)},
    {trace::kDetectMutexMisuse, "mutex-misuse", Only(Verdict::kMutexMisuse)},
    {trace::kDetectLivelock, "livelock", Only(Verdict::kLivelock)},
    {trace::kAllowSpurious, "spurious-wake-ups", 0},
    {trace::kAllowWeakFailure, "weak-failures", 0},
    {trace::kAllowEarlyTime, "early-time", 0},
};

[[nodiscard]] std::optional<uint32_t> Number(std::string_view text, uint32_t min, uint32_t max) {
  uint32_t value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end || value < min || value > max)
    return std::nullopt;
  return value;
}

}  // namespace

Result<StrategySpec> ParseStrategy(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool has_argument = colon != std::string_view::npos;
  const std::string_view argument = has_argument ? text.substr(colon + 1) : std::string_view();
  if (name == "random") {
    const std::optional<uint32_t> rate =
        has_argument ? Number(argument, 1, kPerMilleMax) : kPerMilleMax;
    if (rate.has_value()) return StrategySpec{StrategyKind::kRandom, *rate, 0};
    return Error{kExitUsage,
                 "the switch rate in '" + std::string(text) + "' is not a number from 1 to 1000",
                 "random:50 chooses anew at 50 of 1000 decision points"};
  }
  if (name == "pct") {
    const std::optional<uint32_t> depth =
        has_argument ? Number(argument, 1, kDepthMax) : kDepthDefault;
    if (depth.has_value()) return StrategySpec{StrategyKind::kPct, 0, *depth};
    return Error{kExitUsage,
                 "the depth in '" + std::string(text) + "' is not a number from 1 to 64",
                 "pct:3 finds bugs that need three ordering constraints"};
  }
  if (name == "dfs") {
    const std::optional<uint32_t> bound = has_argument ? Number(argument, 0, kPreemptionBoundMax)
                                                       : std::optional<uint32_t>(trace::kNoIndex);
    if (bound.has_value()) return StrategySpec{StrategyKind::kDfs, 0, 0, *bound};
    return Error{kExitUsage,
                 "the bound in '" + std::string(text) + "' is not a number from 0 to 1000",
                 "dfs:2 tries every schedule with at most two preemptions"};
  }
  if (text == "pos") return StrategySpec{StrategyKind::kPos, 0, 0};
  if (text == "portfolio") return StrategySpec{StrategyKind::kPortfolio, 0, 0};
  return Error{kExitUsage, "unknown strategy '" + std::string(text) + "'",
               "use random, random:PERMILLE, pct:DEPTH, pos, dfs, dfs:BOUND or portfolio"};
}

std::string StrategyText(const StrategySpec& strategy) {
  switch (strategy.kind) {
    case StrategyKind::kRandom:
      return "random:" + std::to_string(strategy.switch_per_mille);
    case StrategyKind::kPct:
      return "pct:" + std::to_string(strategy.depth);
    case StrategyKind::kPos:
      return "pos";
    case StrategyKind::kPortfolio:
      return "portfolio";
    case StrategyKind::kDfs:
      return strategy.preemption_bound == trace::kNoIndex
                 ? "dfs"
                 : "dfs:" + std::to_string(strategy.preemption_bound);
    case StrategyKind::kReplay:
      return "replay";
  }
  return "unknown";
}

std::optional<Verdict> ParseVerdict(std::string_view name) {
  for (const VerdictEntry& entry : kVerdicts) {
    if (entry.name == name && entry.verdict != Verdict::kNone) return entry.verdict;
  }
  return std::nullopt;
}

std::vector<std::string> VerdictNames() {
  std::vector<std::string> names;
  for (const VerdictEntry& entry : kVerdicts) {
    if (entry.verdict != Verdict::kNone) names.emplace_back(entry.name);
  }
  return names;
}

VerdictSet AllVerdicts() {
  VerdictSet set = 0;
  for (const VerdictEntry& entry : kVerdicts) {
    if (entry.verdict != Verdict::kNone) set |= Only(entry.verdict);
  }
  return set;
}

Result<VerdictSet> ParseVerdicts(std::string_view list) {
  VerdictSet set = 0;
  while (true) {
    const size_t comma = list.find(',');
    const std::string_view name = list.substr(0, comma);
    if (name == "all") {
      set |= AllVerdicts();
    } else if (const std::optional<Verdict> verdict = ParseVerdict(name); verdict.has_value()) {
      set |= Only(*verdict);
    } else {
      std::string known = "all";
      for (const std::string& other : VerdictNames()) known += ", " + other;
      return Error{kExitUsage, "unknown verdict '" + std::string(name) + "'",
                   "use a comma-separated list of: " + known};
    }
    if (comma == std::string_view::npos) return set;
    list.remove_prefix(comma + 1);
  }
}

uint32_t DetectorsFor(VerdictSet wanted) {
  uint32_t flags = 0;
  for (const DetectWord& word : kDetectWords) {
    if ((word.verdicts & wanted) != 0) flags |= word.flag;
  }
  return flags;
}

std::vector<std::string> DetectWords(uint32_t detect) {
  std::vector<std::string> words;
  for (const DetectWord& word : kDetectWords) {
    if ((detect & word.flag) != 0) words.emplace_back(word.word);
  }
  return words;
}

std::optional<uint32_t> DetectFlagOf(std::string_view name) {
  for (const DetectWord& word : kDetectWords) {
    if (word.word == name) return word.flag;
  }
  return std::nullopt;
}

}  // namespace heddle::driver
