// See portfolio.h.
#include "strategy/portfolio.h"

#include <array>

namespace heddle::strategy {
namespace {

using trace::StrategyKind;
using trace::StrategySpec;

// One round. Cheap orders first: the first executions of a run should find what any other order finds.
constexpr std::array<StrategySpec, 8> kRound = {{
    {StrategyKind::kRandom, 1000, 0},
    {StrategyKind::kPct, 0, 2},
    {StrategyKind::kPos, 0, 0},
    {StrategyKind::kRandom, 200, 0},
    {StrategyKind::kPct, 0, 3},
    {StrategyKind::kRandom, 50, 0},
    {StrategyKind::kSurw, 0, 0},
    {StrategyKind::kPct, 0, 5},
}};

}  // namespace

StrategySpec Portfolio::Resolve(const StrategySpec& spec, uint64_t execution) {
  return spec.kind == StrategyKind::kPortfolio ? kRound[execution % kRound.size()] : spec;
}

Strategy* Portfolio::Select(const StrategySpec& spec, uint64_t execution) {
  const StrategySpec resolved = Resolve(spec, execution);
  switch (resolved.kind) {
    case StrategyKind::kPct:
      pct_.set_depth(resolved.depth < 1                ? 1
                     : resolved.depth > Pct::kDepthMax ? Pct::kDepthMax
                                                       : resolved.depth);
      return &pct_;
    case StrategyKind::kPos:
      return &pos_;
    case StrategyKind::kSurw:
      return &surw_;
    case StrategyKind::kDfs:
      return &dfs_;
    case StrategyKind::kDpor:
      return &dpor_;
    case StrategyKind::kRandom:
    case StrategyKind::kPortfolio:
    case StrategyKind::kReplay:
      break;
  }
  const uint32_t rate = resolved.switch_per_mille;
  random_.set_switch_per_mille(rate < 1 || rate > 1000 ? 1000 : rate);
  return &random_;
}

}  // namespace heddle::strategy
