// Runs schedules in a loom: each trial is one execution of the whole program in a copy of the checkpointed process.
//
// A finding counts as the same if its verdict and its key are. The key stands for the place within one process layout
// (trace/region.h), and all trials run in one layout. Who shows the result compares signatures once more.
#pragma once

#include <chrono>
#include <optional>

#include "driver/job.h"
#include "explain/executor.h"
#include "explain/swap.h"

namespace heddle::explain {

class LoomExecutor final : public Executor {
 public:
  // Trials end at `deadline`, or when the user interrupts.
  LoomExecutor(driver::Job& job, const driver::LoomSettings& settings,
               driver::Clock::time_point deadline)
      : job_(job), settings_(settings), deadline_(deadline) {}

  // Runs the schedule in which finding number `index` was made, and learns what to look for. Nothing if it does not appear
  // again, or if one execution takes so long that there is no time for more.
  [[nodiscard]] std::optional<Trial> Begin(const driver::Recording& recording, size_t index);

  [[nodiscard]] std::optional<Trial> Run(const Guide& guide) override;
  [[nodiscard]] SearchResult Search(uint32_t switches_max) override;

  // Which of the pairs, in the other order, makes the execution pass: its place in `pairs`. `events` are those to which
  // `guide` leads.
  [[nodiscard]] std::optional<size_t> FindSwap(const Guide& guide,
                                               const std::vector<trace::Event>& events,
                                               const std::vector<EventPair>& pairs);

  // Runs the guide as Run does, and copies what it left in the region: a recording like any other. REQUIRES: Begin.
  [[nodiscard]] std::optional<driver::Recording> Record(const Guide& guide);

  // The finding in what ran last, null if it is not there. REQUIRES: Begin.
  [[nodiscard]] const trace::Finding* Target() const;

 private:
  [[nodiscard]] std::chrono::nanoseconds TimeLeft() const;
  [[nodiscard]] bool Stopped() const;
  [[nodiscard]] bool Execute(const trace::Command& command);
  [[nodiscard]] Trial TrialOfLast() const;
  [[nodiscard]] std::optional<Trial> Annotated(const driver::Recording& recording);

  driver::Job& job_;
  driver::LoomSettings settings_;
  driver::Clock::time_point deadline_;
  uint64_t execution_ = 0;
  trace::Verdict verdict_ = trace::Verdict::kNone;
  uint64_t key_ = 0;
  uint64_t steps_max_ = 0;
  bool failed_ = false;  // the loom does not answer any more
};

}  // namespace heddle::explain
