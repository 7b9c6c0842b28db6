// Holds one instance of each strategy and hands out the one an execution uses. The portfolio, the default, goes through
// a fixed round of strategies and rates by execution number: different bugs hide from different strategies, and nobody
// knows beforehand which (FIELD: uniform choice alone hid a real queue bug).
#pragma once

#include <cstdint>

#include "strategy/dfs.h"
#include "strategy/dpor.h"
#include "strategy/pct.h"
#include "strategy/pos.h"
#include "strategy/random_walk.h"
#include "strategy/surw.h"
#include "trace/region.h"

namespace heddle::strategy {

class Portfolio {
 public:
  // The strategy for one execution, configured but not started.
  [[nodiscard]] Strategy* Select(const trace::StrategySpec& spec, uint64_t execution);

  // What the probe saw, for the strategies that want it.
  void set_profile(const trace::Profile* profile) { surw_.set_profile(profile); }

  // `strategy` if it is the random walk, else null.
  [[nodiscard]] RandomWalk* AsRandomWalk(Strategy* strategy) {
    return strategy == &random_ ? &random_ : nullptr;
  }

  // `strategy` if it is the systematic search, else null.
  [[nodiscard]] Dfs* AsDfs(Strategy* strategy) { return strategy == &dfs_ ? &dfs_ : nullptr; }

  // `strategy` if it is the search without repetitions, else null.
  [[nodiscard]] Dpor* AsDpor(Strategy* strategy) { return strategy == &dpor_ ? &dpor_ : nullptr; }

  // What Select would use for this execution: never kPortfolio.
  [[nodiscard]] static trace::StrategySpec Resolve(const trace::StrategySpec& spec,
                                                   uint64_t execution);

 private:
  RandomWalk random_;
  Pct pct_;
  Pos pos_;
  Surw surw_;
  Dfs dfs_;
  Dpor dpor_;
};

}  // namespace heddle::strategy
