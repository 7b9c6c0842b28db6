// Makes the schedules of findings short before they are shown (explain/shrink.h), within one time for all of them.
//
// One loom of its own is started for this when the first finding comes, and asked about all of them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "cli/hunt.h"
#include "driver/exploration.h"
#include "explain/loom_executor.h"
#include "report/model.h"

namespace heddle::cli {

// A finding in a shorter schedule, run twice as any other.
struct ShortFinding {
  driver::Recording recording;
  report::FindingView view;
};

class Shrinking {
 public:
  Shrinking(const RunOptions& options, const Prepared& prepared, const driver::StandardInput& input)
      : options_(options), prepared_(prepared), input_(input), left_(options.shrink_time) {}

  // The finding numbered `index` among those of its recording, of which `found` is the view. `share` of what is left of
  // the time may be used for it. Nothing if the schedule stays as it is; `found.schedule` then still says what is known.
  [[nodiscard]] std::optional<ShortFinding> Shrink(const driver::FoundFinding& finding,
                                                   report::FindingView& found, size_t share);

 private:
  [[nodiscard]] bool StartLoom();
  [[nodiscard]] std::optional<ShortFinding> Describe(const driver::Recording& recording,
                                                     const report::FindingView& found);

  const RunOptions& options_;
  const Prepared& prepared_;
  const driver::StandardInput& input_;
  std::chrono::nanoseconds left_;
  std::unique_ptr<driver::Job> job_;
  bool failed_ = false;
};

}  // namespace heddle::cli
