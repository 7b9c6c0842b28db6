// The arguments of commands; see dmaps.h. What clients send is checked here to the last word: there is no argument that is
// looked at without having been counted.
#include <charconv>
#include <cmath>

#include "systems/olric/dmaps.h"

namespace olric {
namespace {

template <typename Number>
std::optional<Number> Parse(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> ParseInteger(std::string_view text) { return Parse<int64_t>(text); }

std::optional<double> ParseFloat(std::string_view text) {
  const std::optional<double> value = Parse<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<int64_t> ParseMilliseconds(std::string_view text, int64_t unit_ms) {
  // Far more than anyone wants to wait, and far less than what overflows when it is added to a time of day.
  constexpr double kMax = 1e17;
  const std::optional<double> value = ParseFloat(text);
  if (!value) return std::nullopt;
  const double milliseconds = *value * static_cast<double>(unit_ms);
  if (milliseconds < 1 || milliseconds > kMax) return std::nullopt;
  return static_cast<int64_t>(milliseconds);
}

bool IsWord(std::string_view text, std::string_view upper_case_word) {
  if (text.size() != upper_case_word.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    const char upper = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    if (upper != upper_case_word[i]) return false;
  }
  return true;
}

Result<PutOptions> ParsePutOptions(const Command& command, size_t first, int64_t now_ms) {
  using Condition = PutOptions::Condition;
  const Status syntax = Fail(Code::kError, "syntax error");
  PutOptions options;
  for (size_t i = first; i < command.size(); ++i) {
    const std::string& word = command[i];
    const bool if_absent = IsWord(word, "NX");
    if (if_absent || IsWord(word, "XX")) {
      if (options.condition != Condition::kNone) return syntax;
      options.condition = if_absent ? Condition::kAbsent : Condition::kPresent;
      continue;
    }
    const bool at = IsWord(word, "EXAT") || IsWord(word, "PXAT");
    const bool seconds = IsWord(word, "EX") || IsWord(word, "EXAT");
    if (!at && !seconds && !IsWord(word, "PX")) return syntax;
    if (++i == command.size() || options.expires_ms) return syntax;
    const std::optional<int64_t> time = ParseMilliseconds(command[i], seconds ? 1000 : 1);
    if (!time) return syntax;
    options.expires_ms = at ? *time : now_ms + *time;
  }
  return options;
}

}  // namespace olric
