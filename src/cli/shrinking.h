// Makes the schedules of findings short before they are shown (explain/shrink.h), within one time for all of them, and finds
// the pair of events that matters (explain/swap.h).
//
// One loom of its own is started for this when the first finding comes, and asked about all of them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "cli/hunt.h"
#include "driver/exploration.h"
#include "explain/loom_executor.h"
#include "explain/shrink.h"
#include "report/model.h"
#include "report/symbols.h"

namespace heddle::cli {

// A finding in a schedule that may be shorter, run twice as any other.
struct ShortFinding {
  driver::Recording recording;
  report::FindingView view;
  bool shorter = false;
};

class Shrinking {
 public:
  Shrinking(const RunOptions& options, const Prepared& prepared, const driver::StandardInput& input)
      : options_(options),
        prepared_(prepared),
        input_(input),
        left_(options.shrink_time),
        observe_left_(options.observe_time) {}

  // The finding of which `found` is the view. `share`: one part in so many of what is left of the time may be used for it.
  // Nothing if it stays as it is.
  [[nodiscard]] std::optional<ShortFinding> Shrink(const driver::FoundFinding& finding,
                                                   const report::FindingView& found, size_t share);

  // The finding of a card, in the card's schedule as it is. Nothing if it does not appear there.
  [[nodiscard]] std::optional<report::FindingView> Explain(const driver::Card& card);

 private:
  struct Told {
    report::FindingView view;
    trace::Finding finding{};               // diagnosed
    std::vector<trace::Event> events;       // before the finding
    std::vector<explain::EventPair> pairs;  // that may matter
    std::vector<report::SwapView> swaps;    // the same in words
  };

  [[nodiscard]] bool StartLoom();
  [[nodiscard]] std::optional<ShortFinding> Shorten(explain::LoomExecutor& executor,
                                                    const explain::Trial& first,
                                                    const report::FindingView& found,
                                                    bool libraries_seen);
  [[nodiscard]] bool StillRaces(driver::Recording& recording, uint64_t key);
  [[nodiscard]] std::optional<Told> Tell(const driver::Recording& recording,
                                         const trace::Finding& wanted);
  // Further executions, of data races (cli/observing.h).
  void Observe(const Told& told, report::FindingView& view);
  // What the pair that matters says about the remedy, where there is no race (explain/atomicity.h).
  // Signals that were given twice; false if it is nothing of the kind.
  [[nodiscard]] static bool SuggestBySignal(Told& told);
  static void SuggestBySwap(const explain::EventPair& pair, Told& told);
  void AddSwap(explain::LoomExecutor& executor, const explain::Guide& guide, Told& told);

  const RunOptions& options_;
  const Prepared& prepared_;
  const driver::StandardInput& input_;
  std::chrono::nanoseconds left_;
  std::chrono::nanoseconds observe_left_;
  std::unique_ptr<driver::Job> job_;
  driver::SecondLook second_look_;
  std::unique_ptr<report::Symbolizer> symbolizer_;
  bool failed_ = false;
};

}  // namespace heddle::cli
