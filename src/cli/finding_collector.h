// Turns what the exploration finds into views, while the process that has the modules is still alive.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/finding_filter.h"
#include "driver/exploration.h"
#include "report/build.h"
#include "report/model.h"
#include "report/symbols.h"

namespace heddle::cli {

class FindingCollector final : public driver::ExplorationObserver {
 public:
  // `label` begins the progress line.
  explicit FindingCollector(std::string label, report::Detail detail = report::Detail::kEvents,
                            const FindingFilter* filter = nullptr)
      : label_(std::move(label)), detail_(detail), filter_(filter) {}

  Described Describe(const driver::LoomProcess& loom, uint32_t index) override;
  void Progress(uint64_t executions, uint64_t orders, size_t findings, double seconds) override;
  void ExecutionOutput(uint64_t execution, const std::string& output) override;

  [[nodiscard]] report::FindingView& view(size_t handle) { return views_.at(handle); }
  void ClearProgress() { progress_.Clear(); }

 private:
  std::string label_;
  report::Detail detail_;
  const FindingFilter* filter_;  // null: everything counts
  std::vector<report::FindingView> views_;
  std::map<pid_t, std::unique_ptr<report::Symbolizer>> symbolizers_;  // one per job: it caches
  ProgressLine progress_;
};

}  // namespace heddle::cli
