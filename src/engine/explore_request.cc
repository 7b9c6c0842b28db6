#include "engine/explore_request.h"

#include <stdlib.h>

#include "base/text.h"
#include "trace/order_words.h"
#include "trace/strategy_text.h"

namespace heddle::engine {
namespace {

using trace::StrategyTextError;
using trace::Verdict;
using trace::VerdictSet;

size_t Length(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

// Copies a word that is not ended by a zero byte.
void AddWord(Text& text, const char* word, size_t length) {
  for (size_t i = 0; i < length && i < 80; ++i) {
    const char letter[2] = {word[i], '\0'};
    text.Add(letter);
  }
}

bool ReadStrategy(const char* text, trace::StrategySpec* spec, Text& message) {
  switch (trace::FindStrategy(text, Length(text), spec)) {
    case StrategyTextError::kNone:
      return true;
    case StrategyTextError::kUnknown:
      message.Add("unknown strategy '").Add(text).Add("': use ").Add(trace::kStrategyWords);
      return false;
    case StrategyTextError::kRate:
      message.Add("the switch rate in '").Add(text).Add("' is not a number from 1 to 1000");
      return false;
    case StrategyTextError::kBound:
      message.Add("the preemption bound in '").Add(text).Add("' is not a number from 0 to 1000");
      return false;
    case StrategyTextError::kDepth:
      message.Add("the depth in '").Add(text).Add("' is not a number from 1 to 64");
      return false;
  }
  return false;
}

bool ReadVerdicts(const char* list, VerdictSet* set, Text& message) {
  const char* bad = nullptr;
  size_t bad_length = 0;
  if (trace::FindVerdicts(list, Length(list), set, &bad, &bad_length)) return true;
  message.Add("unknown verdict '");
  AddWord(message, bad, bad_length);
  message.Add("' in a list of what to detect: use the names that `heddle run` reports, or all");
  return false;
}

}  // namespace

bool ReadRequest(const detail::LoomRequest& request, ExplorePlan* plan, char* buffer, size_t size) {
  Text message(buffer, size);
  if (request.version != detail::kLoomVersion) {
    message.Add(
        "heddle.h and libheddle.so are of different versions: install both from one build, and "
        "compile again");
    return false;
  }
  trace::Command& command = plan->command;
  command.kind = trace::CommandKind::kExplore;
  command.stride = 1;
  command.count = request.schedules;
  command.seed = request.seed;
  if (!ReadStrategy(request.strategy, &command.strategy, message)) return false;
  if (request.schedules == 0) {
    message.Add("schedules is 0: nothing would be explored");
    return false;
  }
  plan->wanted = trace::AllVerdicts() & ~trace::Only(Verdict::kNondeterminism);
  if (request.detect[0] != '\0' && !ReadVerdicts(request.detect, &plan->wanted, message))
    return false;
  if (request.no_detect[0] != '\0') {
    VerdictSet without = 0;
    if (!ReadVerdicts(request.no_detect, &without, message)) return false;
    plan->wanted &= ~without;
  }
  if (plan->wanted == 0) {
    message.Add("no verdict is left to look for");
    return false;
  }
  command.detect = trace::DetectorsFor(plan->wanted);
  if (request.early_time != 0) command.detect |= trace::kAllowEarlyTime;
  if (request.spurious != 0) command.detect |= trace::kAllowSpurious;
  if (request.weak_failure != 0) command.detect |= trace::kAllowWeakFailure;
  if (command.strategy.kind == trace::StrategyKind::kDfs) {
    if (request.preemption_bound >= 0)
      command.strategy.preemption_bound = static_cast<uint32_t>(request.preemption_bound);
  } else if (request.preemption_bound >= 0) {
    message.Add("preemption_bound is for strategy dfs, and the strategy is ").Add(request.strategy);
    return false;
  }
  if (!(request.until_saturated >= 0 && request.until_saturated < 1)) {
    message.Add("until_saturated is not a part from 0 to 1, such as 0.01");
    return false;
  }
  if (request.until_saturated > 0 && request.coverage == 0) {
    message.Add("until_saturated needs coverage, which is switched off");
    return false;
  }
  if (request.until_saturated > 0 && !trace::IsDrawn(command.strategy.kind)) {
    message.Add("until_saturated is for strategies that draw at random, and ")
        .Add(request.strategy)
        .Add(" ends by itself");
    return false;
  }
  plan->cards = request.cards;
  if (request.card[0] != '\0') plan->card = request.card;
  const char* from_environment = getenv("HEDDLE_REPLAY_CARD");
  if (from_environment != nullptr && from_environment[0] != '\0') {
    plan->card = from_environment;
    plan->card_from_environment = true;
  }
  return true;
}

}  // namespace heddle::engine
