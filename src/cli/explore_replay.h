// heddle replay of a card whose execution is that of a body in a test (heddle::Explore).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/hunt.h"
#include "cli/renderings.h"
#include "driver/card.h"

namespace heddle::cli {

// What the library's call of `heddle __describe` leaves for `heddle replay` in the directory HEDDLE_REPLAY_RESULT.
inline constexpr char kReplayReport[] = "report";
inline constexpr char kReplayJson[] = "report.json";
inline constexpr char kReplayStatus[] = "status";

// What the environment tells the library in the program: the card to follow, and this command to ask.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> ExploreReplayVariables(
    const std::string& card_path);

struct ExploreReplayOptions {
  std::string json_path;
  Renderings renderings;
  report::Detail detail = report::Detail::kEvents;
  bool hide_output = false;
};

// Runs the program up to the exploration of the card; the library there follows the card instead of exploring and reports.
// Returns the exit status of the replay.
[[nodiscard]] int ReplayExploration(const driver::Card& card, const std::string& card_path,
                                    const Prepared& prepared, const ExploreReplayOptions& options);

}  // namespace heddle::cli
