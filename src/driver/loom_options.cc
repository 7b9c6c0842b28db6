#include "driver/loom_options.h"

#include "trace/strategy_text.h"

namespace heddle::driver {
namespace {

using trace::StrategyKind;
using trace::StrategySpec;
using trace::Verdict;

struct VerdictEntry {
  Verdict verdict;
  std::string_view name;
};
constexpr VerdictEntry kVerdicts[] = {
#define HEDDLE_VERDICT(enumerator, name, text) {Verdict::enumerator, name},
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
};

}  // namespace

Result<StrategySpec> ParseStrategy(std::string_view text) {
  StrategySpec spec{};
  const std::string quoted = "'" + std::string(text) + "'";
  switch (trace::FindStrategy(text.data(), text.size(), &spec)) {
    case trace::StrategyTextError::kNone:
      return spec;
    case trace::StrategyTextError::kRate:
      return Error{kExitUsage, "the switch rate in " + quoted + " is not a number from 1 to 1000",
                   "random:50 chooses anew at 50 of 1000 decision points"};
    case trace::StrategyTextError::kDepth:
      return Error{kExitUsage, "the depth in " + quoted + " is not a number from 1 to 64",
                   "pct:3 finds bugs that need three ordering constraints"};
    case trace::StrategyTextError::kBound:
      return Error{kExitUsage,
                   "the preemption bound in " + quoted + " is not a number from 0 to 1000",
                   "dfs:2 explores every schedule with at most two preemptions"};
    case trace::StrategyTextError::kUnknown:
      break;
  }
  return Error{kExitUsage, "unknown strategy " + quoted,
               std::string("use ") + trace::kStrategyWords};
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
    case StrategyKind::kSurw:
      return "surw";
    case StrategyKind::kDpor:
      return "dpor";
  }
  return "unknown";
}

std::optional<Verdict> ParseVerdict(std::string_view name) {
  const Verdict verdict = trace::FindVerdict(name.data(), name.size());
  return verdict != Verdict::kNone ? std::optional(verdict) : std::nullopt;
}

std::vector<std::string> VerdictNames() {
  std::vector<std::string> names;
  for (const VerdictEntry& entry : kVerdicts) {
    if (entry.verdict != Verdict::kNone) names.emplace_back(entry.name);
  }
  return names;
}

Result<VerdictSet> ParseVerdicts(std::string_view list) {
  VerdictSet set = 0;
  const char* bad = nullptr;
  size_t bad_length = 0;
  if (trace::FindVerdicts(list.data(), list.size(), &set, &bad, &bad_length)) return set;
  std::string known = "all";
  for (const std::string& other : VerdictNames()) known += ", " + other;
  return Error{kExitUsage, "unknown verdict '" + std::string(bad, bad_length) + "'",
               "use a comma-separated list of: " + known};
}

std::vector<std::string> DetectWords(uint32_t detect) {
  std::vector<std::string> words;
  for (const trace::DetectWord& word : trace::kDetectWords) {
    if ((detect & word.flag) != 0) words.emplace_back(word.word);
  }
  return words;
}

std::optional<uint32_t> DetectFlagOf(std::string_view name) {
  for (const trace::DetectWord& word : trace::kDetectWords) {
    if (word.word == name) return word.flag;
  }
  return std::nullopt;
}

}  // namespace heddle::driver
