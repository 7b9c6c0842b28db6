// A card: one execution, with all that is needed to run it again. docs/formats.md ("Cards") describes the file.
//
// Cards are passed around (bug reports, CI artefacts), so reading one trusts nothing in it: size, nesting, types and
// numbers are bounded, and whatever is wrong is said in one sentence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "driver/job.h"
#include "driver/status.h"
#include "trace/region.h"

namespace heddle::driver {

inline constexpr int kCardVersion = 1;

struct Card {
  std::string heddle;  // version that wrote it
  std::string program_path;
  std::vector<std::string> argv;
  std::string directory;                                         // where the program was started
  std::vector<std::pair<std::string, std::string>> environment;  // only what was asked for
  std::string build_id;                                          // "" if the program has none
  std::string standard_input;                                    // StandardInput::digest
  // The exploration in the program (heddle::Explore) whose body was run; "" if the whole program was.
  std::string explore_name;
  uint32_t explore_occurrence = 0;  // the how-manieth of that name in the process, from 1
  std::string explore_argument;  // appended to argv, so that the program gets there soon; may be ""
  trace::StrategySpec strategy{};
  uint64_t seed = 0;
  uint32_t detect = 0;  // DetectFlag
  uint64_t execution = 0;
  std::string id;  // of the finding
  trace::Verdict verdict = trace::Verdict::kNone;
  std::string summary;
  uint64_t event_count = 0;
  uint64_t event_hash = 0;
  uint32_t thread_count = 0;
  std::vector<trace::Decision> decisions;
  // The schedule in which the finding was made first, if `decisions` is a shorter one; else empty.
  std::vector<trace::Decision> found_decisions;
  // What further executions showed (report/discipline_json.h): a JSON object, or "". The card only keeps it.
  std::string explanation;
};

[[nodiscard]] std::string CardText(const Card& card);
[[nodiscard]] Result<Card> ParseCard(std::string_view text);

[[nodiscard]] Result<Card> LoadCard(const std::string& path);
// Creates the directory if needed. The file appears complete or not at all.
[[nodiscard]] Status StoreCard(const Card& card, const std::string& path);

}  // namespace heddle::driver
