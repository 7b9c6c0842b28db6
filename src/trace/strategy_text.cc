#include "trace/strategy_text.h"

namespace heddle::trace {
namespace {

constexpr uint32_t kPerMilleMax = 1000;
constexpr uint32_t kDepthDefault = 3;
constexpr uint32_t kDepthMax = 64;
constexpr uint32_t kBoundMax = 1000;

bool Same(const char* word, const char* text, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    if (word[i] == '\0' || word[i] != text[i]) return false;
  }
  return word[length] == '\0';
}

bool Number(const char* text, size_t length, uint32_t min, uint32_t max, uint32_t* value) {
  *value = 0;
  if (length == 0) return false;
  for (size_t i = 0; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    *value = *value * 10 + static_cast<uint32_t>(text[i] - '0');
    if (*value > max) return false;
  }
  return *value >= min;
}

}  // namespace

StrategyTextError FindStrategy(const char* text, size_t length, StrategySpec* spec) {
  size_t colon = 0;
  while (colon < length && text[colon] != ':') ++colon;
  const bool has_argument = colon < length;
  const char* argument = has_argument ? text + colon + 1 : text;
  const size_t argument_length = has_argument ? length - colon - 1 : 0;
  if (Same("random", text, colon)) {
    uint32_t rate = kPerMilleMax;
    if (has_argument && !Number(argument, argument_length, 1, kPerMilleMax, &rate))
      return StrategyTextError::kRate;
    *spec = {StrategyKind::kRandom, rate, 0};
    return StrategyTextError::kNone;
  }
  if (Same("pct", text, colon)) {
    uint32_t depth = kDepthDefault;
    if (has_argument && !Number(argument, argument_length, 1, kDepthMax, &depth))
      return StrategyTextError::kDepth;
    *spec = {StrategyKind::kPct, 0, depth};
    return StrategyTextError::kNone;
  }
  if (Same("dfs", text, colon)) {
    uint32_t bound = 0;
    if (has_argument && !Number(argument, argument_length, 0, kBoundMax, &bound))
      return StrategyTextError::kBound;
    *spec = {StrategyKind::kDfs, 0, 0, has_argument ? bound : kNoIndex};
    return StrategyTextError::kNone;
  }
  if (Same("dpor", text, length)) {
    *spec = {StrategyKind::kDpor, 0, 0};
    return StrategyTextError::kNone;
  }
  if (Same("surw", text, length)) {
    *spec = {StrategyKind::kSurw, 0, 0};
    return StrategyTextError::kNone;
  }
  if (Same("pos", text, length)) {
    *spec = {StrategyKind::kPos, 0, 0};
    return StrategyTextError::kNone;
  }
  if (Same("portfolio", text, length)) {
    *spec = {StrategyKind::kPortfolio, 0, 0};
    return StrategyTextError::kNone;
  }
  return StrategyTextError::kUnknown;
}

}  // namespace heddle::trace
