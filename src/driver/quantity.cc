#include "driver/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace heddle::driver {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kDurationMaxNs = 1000.0 * 3600 * kNsPerSecond;

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 7> kTimeUnits = {{{"", kNsPerSecond},
                                             {"ns", 1},
                                             {"us", 1e3},
                                             {"ms", 1e6},
                                             {"s", kNsPerSecond},
                                             {"m", 60 * kNsPerSecond},
                                             {"h", 3600 * kNsPerSecond}}};
constexpr std::array<Unit, 2> kPartUnits = {{{"", 1}, {"%", 0.01}}};
constexpr std::array<Unit, 4> kCountUnits = {{{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}}};

// Splits "1.5s" into 1.5 and the factor of "s". Only digits and one point are numbers here: "inf", "nan", "0x10",
// "1e9" and signs are refused, because nobody means them.
template <size_t N>
[[nodiscard]] bool SplitUnit(std::string_view text, const std::array<Unit, N>& units,
                             double& value) {
  const size_t end = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, end);
  const std::string_view unit =
      end == std::string_view::npos ? std::string_view() : text.substr(end);
  const std::from_chars_result parsed = std::from_chars(
      number.data(), number.data() + number.size(), value, std::chars_format::fixed);
  if (number.empty() || parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) {
    return false;
  }
  for (const Unit& known : units) {
    if (known.name == unit) {
      value *= known.factor;
      return std::isfinite(value);
    }
  }
  return false;
}

}  // namespace

Result<uint64_t> ParseDuration(std::string_view text) {
  double value = 0;
  if (!SplitUnit(text, kTimeUnits, value)) {
    return Error{kExitUsage, "'" + std::string(text) + "' is not a duration",
                 "write it like 500ms, 30s, 5m or 2h"};
  }
  if (value < 1 || value > kDurationMaxNs) {
    return Error{kExitUsage, "the duration '" + std::string(text) + "' is out of range",
                 "use more than zero and at most 1000h"};
  }
  return static_cast<uint64_t>(value);
}

Result<double> ParsePart(std::string_view text) {
  double value = 0;
  if (!SplitUnit(text, kPartUnits, value)) {
    return Error{kExitUsage, "'" + std::string(text) + "' is not a part of a whole",
                 "write it like 1%, 0.5% or 0.01"};
  }
  if (value <= 0 || value >= 1) {
    return Error{kExitUsage, "the part '" + std::string(text) + "' is out of range",
                 "use more than 0% and less than 100%"};
  }
  return value;
}

Result<uint64_t> ParseCount(std::string_view text) {
  double value = 0;
  if (!SplitUnit(text, kCountUnits, value) || value != std::floor(value)) {
    return Error{kExitUsage, "'" + std::string(text) + "' is not a count",
                 "write a whole number like 5000, 10k or 2M"};
  }
  // 2^53: up to here a double holds every whole number.
  if (value < 1 || value > 9007199254740992.0) {
    return Error{kExitUsage, "the count '" + std::string(text) + "' is out of range",
                 "use at least 1"};
  }
  return static_cast<uint64_t>(value);
}

}  // namespace heddle::driver
