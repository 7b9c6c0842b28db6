#include "cli/shrinking.h"

#include <algorithm>

#include "driver/diagnosis.h"
#include "driver/interrupt.h"
#include "explain/shrink.h"
#include "report/build.h"
#include "report/symbols.h"

namespace heddle::cli {
namespace {

using driver::Clock;
using driver::Recording;
using report::FindingView;
using std::chrono::nanoseconds;

// Less than this is not worth a loom.
constexpr nanoseconds kTimeMin = std::chrono::milliseconds(10);

// The same finding in a recording: by verdict, and by place as far as the loom knows it.
[[nodiscard]] size_t IndexOf(const Recording& recording, const FindingView& view) {
  const auto found = std::find_if(
      recording.findings.begin(), recording.findings.end(), [&view](const trace::Finding& finding) {
        return finding.verdict == view.verdict && finding.event == view.event &&
               finding.thread == view.thread;
      });
  return static_cast<size_t>(found - recording.findings.begin());
}

}  // namespace

bool Shrinking::StartLoom() {
  if (job_ != nullptr || failed_) return !failed_;
  failed_ = true;
  driver::Result<std::unique_ptr<driver::LoomProcess>> loom =
      driver::LoomProcess::Start(prepared_.invocation, input_);
  if (!loom.ok()) return false;
  job_ = std::make_unique<driver::Job>(std::move(loom.value()));
  failed_ = !job_->loom().WaitForHello(options_.exploration.start_timeout).ok();
  return !failed_;
}

std::optional<ShortFinding> Shrinking::Shrink(const driver::FoundFinding& finding,
                                              FindingView& found, size_t share) {
  if (left_ < kTimeMin || driver::Interrupted() || !finding.confirmed) return std::nullopt;
  const Clock::time_point begin = Clock::now();
  std::optional<ShortFinding> result;
  if (StartLoom()) {
    const nanoseconds budget = left_ / static_cast<int64_t>(std::max<size_t>(share, 1));
    explain::LoomExecutor executor(*job_, options_.exploration.loom, begin + budget);
    const std::optional<explain::Trial> first =
        executor.Begin(finding.recording, IndexOf(finding.recording, found));
    if (first.has_value()) {
      const explain::Shrunk shrunk = explain::Shrink(executor, *first);
      report::ScheduleView schedule{.preemptive_switches = first->cost.switches,
                                    .threads_involved = first->cost.threads,
                                    .found_switches = first->cost.switches,
                                    .minimal = first->cost.switches == 0};
      if (shrunk.best.cost < first->cost) {
        const std::optional<Recording> recording = executor.Record(shrunk.best.guide);
        if (recording.has_value()) result = Describe(*recording, found);
      }
      const bool is_best = result.has_value() || shrunk.best.cost == first->cost;
      if (is_best) {
        schedule.preemptive_switches = shrunk.best.cost.switches;
        schedule.threads_involved = shrunk.best.cost.threads;
        schedule.minimal = shrunk.minimal;
      }
      schedule.shrink_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      (result.has_value() ? result->view : found).schedule = schedule;
    }
  }
  left_ -= std::min<nanoseconds>(left_, Clock::now() - begin);
  return result;
}

// With stacks. Nothing if a person would call it another finding, or if it is not certain that it appears again.
std::optional<ShortFinding> Shrinking::Describe(const Recording& recording,
                                                const FindingView& found) {
  const driver::Result<driver::Diagnosis> diagnosis =
      driver::Diagnose(*job_, options_.exploration.loom, recording);
  if (!diagnosis.ok() || !diagnosis.value().confirmed) return std::nullopt;
  report::Symbolizer symbolizer(job_->loom().pid());
  for (uint32_t i = 0; i < recording.findings.size(); ++i) {
    if (recording.findings[i].verdict != found.verdict) continue;
    FindingView view =
        report::BuildFinding(job_->loom().region(), i, symbolizer, options_.detail());
    if (view.signature == found.signature) return ShortFinding{recording, std::move(view)};
  }
  return std::nullopt;
}

}  // namespace heddle::cli
