#include "cli/coverage.h"

namespace heddle::cli {

std::optional<report::CoverageView> CoverageOf(const driver::ExplorationOptions& options,
                                               const driver::ExplorationResult& result) {
  if (result.explored_itself || result.orders.executions == 0) return std::nullopt;
  report::CoverageView view;
  view.orders = result.orders;
  view.source = result.exhausted                             ? trace::OrderSource::kComplete
                : trace::IsDrawn(options.loom.strategy.kind) ? trace::OrderSource::kDrawn
                                                             : trace::OrderSource::kSearched;
  view.wanted = options.until_saturated;
  view.saturated = result.saturated;
  return view;
}

}  // namespace heddle::cli
