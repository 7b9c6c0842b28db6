#include "driver/schedule_codec.h"

#include <charconv>
#include <optional>

namespace heddle::driver {
namespace {

using trace::Decision;
using trace::DecisionKind;

// A kind whose value is written after its name.
struct Named {
  DecisionKind kind;
  std::string_view prefix;
};
constexpr Named kNamed[] = {
    {DecisionKind::kThread, "T"},         {DecisionKind::kSpuriousWake, "spurious:"},
    {DecisionKind::kWaiter, "wake:"},     {DecisionKind::kChoice, "choice:"},
    {DecisionKind::kReadiness, "ready:"}, {DecisionKind::kSetting, "set:"}};

// A whole decision with a word of its own.
struct Word {
  Decision decision;
  std::string_view text;
};
constexpr Word kWords[] = {{trace::MakeDecision(DecisionKind::kAdvanceTime, 0), "time"},
                           {trace::MakeDecision(DecisionKind::kWeakFailure, 1), "weak"},
                           {trace::MakeDecision(DecisionKind::kWeakFailure, 0), "strong"}};

constexpr std::string_view kSpaces = " \t\r\n";

void AppendToken(Decision decision, std::string& text) {
  for (const Word& word : kWords) {
    if (word.decision == decision) {
      text += word.text;
      return;
    }
  }
  for (const Named& named : kNamed) {
    if (named.kind == trace::KindOf(decision)) {
      text += named.prefix;
      text += std::to_string(trace::ValueOf(decision));
      return;
    }
  }
  // Only a loom with a bug writes such a word. It is kept visible, and decoding refuses it.
  text += "unknown:";
  text += std::to_string(decision);
}

[[nodiscard]] std::optional<uint32_t> ParseNumber(std::string_view text) {
  uint32_t value = 0;
  const char* end = text.data() + text.size();
  const std::from_chars_result parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

[[nodiscard]] std::optional<Decision> ParseToken(std::string_view token) {
  for (const Word& word : kWords) {
    if (word.text == token) return word.decision;
  }
  for (const Named& named : kNamed) {
    if (!token.starts_with(named.prefix)) continue;
    const std::optional<uint32_t> value = ParseNumber(token.substr(named.prefix.size()));
    if (!value.has_value() || *value >= (1u << trace::kDecisionValueBits)) return std::nullopt;
    return trace::MakeDecision(named.kind, *value);
  }
  return std::nullopt;
}

[[nodiscard]] Error BadToken(std::string_view token, size_t number, std::string_view why) {
  // A hostile token may be megabytes long or full of control characters: shown short and printable.
  std::string shown;
  for (const char c : token.substr(0, 32)) shown += c >= 0x20 && c < 0x7f ? c : '?';
  return Error{
      kExitUsage,
      "schedule token " + std::to_string(number) + " ('" + shown + "') " + std::string(why), ""};
}

}  // namespace

std::string EncodeSchedule(std::span<const Decision> decisions) {
  std::string text;
  for (size_t i = 0; i < decisions.size();) {
    size_t end = i + 1;
    while (end < decisions.size() && decisions[end] == decisions[i]) ++end;
    if (!text.empty()) text += ' ';
    AppendToken(decisions[i], text);
    if (end - i > 1) text += "*" + std::to_string(end - i);
    i = end;
  }
  return text;
}

Result<std::vector<Decision>> DecodeSchedule(std::string_view text) {
  std::vector<Decision> decisions;
  size_t number = 0;
  for (size_t at = text.find_first_not_of(kSpaces); at != std::string_view::npos;
       at = text.find_first_not_of(kSpaces, at)) {
    const size_t end = std::min(text.find_first_of(kSpaces, at), text.size());
    const std::string_view token = text.substr(at, end - at);
    at = end;
    ++number;
    const size_t star = token.find('*');
    const std::optional<Decision> decision = ParseToken(token.substr(0, star));
    if (!decision.has_value()) return BadToken(token, number, "is not a decision");
    uint32_t times = 1;
    if (star != std::string_view::npos) {
      const std::optional<uint32_t> parsed = ParseNumber(token.substr(star + 1));
      if (!parsed.has_value() || *parsed == 0)
        return BadToken(token, number, "has no valid repetition");
      times = *parsed;
    }
    if (times > kDecisionsMax - decisions.size()) {
      return BadToken(
          token, number,
          "makes the schedule longer than " + std::to_string(kDecisionsMax) + " decisions");
    }
    decisions.insert(decisions.end(), times, *decision);
  }
  return decisions;
}

}  // namespace heddle::driver
