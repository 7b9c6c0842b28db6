// heddle __load-card CARD: puts the schedule of a card into the region of an exploration that is to follow it.
//
// Answers "C" if the card fits the exploration, "O" and the reason if it belongs to another one, "E" and the reason if it
// cannot be used.
#include <algorithm>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/loom_call.h"
#include "driver/card.h"
#include "driver/job.h"

namespace heddle::cli {
namespace {

using driver::Card;

[[nodiscard]] int Answer(const std::string& kind, const std::string& why) {
  const bool sent = LoomAnswer().Add(kind + why).Send();
  return sent ? driver::kExitClean : driver::kExitBug;
}

void Fill(const Card& card, trace::Region& region) {
  trace::InProcess& told = region.in_process;
  told.strategy = card.strategy;
  told.seed = card.seed;
  told.detect = card.detect;
  told.execution = card.execution;
  told.event_hash = card.event_hash;
  told.event_count = card.event_count;
  told.verdict = static_cast<uint32_t>(card.verdict);
  told.decision_count = static_cast<uint32_t>(card.decisions.size());
  std::copy(card.decisions.begin(), card.decisions.end(), region.decisions);
}

}  // namespace

int LoadCardCommand(const Arguments& arguments) {
  const driver::Result<trace::Region*> region = MapLoomRegion();
  if (!region.ok()) return PrintError(region.error());
  if (arguments.size() != 1) return Answer("E", "no card was named");
  const driver::Result<Card> card = driver::LoadCard(arguments[0]);
  if (!card.ok()) return Answer("E", card.error().message);
  if (card.value().explore_name.empty()) {
    return Answer("E",
                  "the card is of a whole program, not of a body in a test: use `heddle replay " +
                      arguments[0] + "`");
  }
  const trace::InProcess& told = region.value()->in_process;
  const std::string name = driver::RegionText(told.name, sizeof(told.name));
  const bool other_turn =
      told.occurrence != 0 && card.value().explore_occurrence != told.occurrence;
  if (card.value().explore_name != name || other_turn) {
    return Answer("O", "the card is of the exploration '" + card.value().explore_name +
                           "', and this one is '" + name + "'");
  }
  Fill(card.value(), *region.value());
  return Answer("C", "");
}

}  // namespace heddle::cli
