#include "cli/finding_collector.h"

#include <fmt/format.h>

#include <cstdio>

namespace heddle::cli {

driver::ExplorationObserver::Described FindingCollector::Describe(const driver::LoomProcess& loom,
                                                                  uint32_t index) {
  std::unique_ptr<report::Symbolizer>& symbolizer = symbolizers_[loom.pid()];
  if (symbolizer == nullptr) symbolizer = std::make_unique<report::Symbolizer>(loom.pid());
  views_.push_back(report::BuildFinding(loom.region(), index, *symbolizer, detail_));
  report::FindingView& view = views_.back();
  if (filter_ != nullptr) view.suppressed_by = filter_->RuleFor(view);
  return {view.signature, views_.size() - 1, !view.suppressed_by.empty()};
}

void FindingCollector::Progress(uint64_t executions, uint64_t orders, size_t findings,
                                double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(executions) / seconds : 0;
  progress_.Show(fmt::format("{}: {} executions, {:.0f}/s, {} orders, {} finding{}", label_,
                             executions, rate, orders, findings, findings == 1 ? "" : "s"));
}

void FindingCollector::ExecutionOutput(uint64_t execution, const std::string& output) {
  progress_.Clear();
  fmt::print("--- execution {}\n{}", execution, output);
  if (!output.empty() && output.back() != '\n') fmt::print("\n");
  std::fflush(stdout);
}

}  // namespace heddle::cli
