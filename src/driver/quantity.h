// Reads the quantities that people write on a command line: "30s", "5m", "10000", "10k".
#pragma once

#include <cstdint>
#include <string_view>

#include "driver/status.h"

namespace heddle::driver {

// "250ms", "30s", "5m", "2h", "1.5s"; a bare number is seconds. Never negative, never zero, at most 1000 hours.
[[nodiscard]] Result<uint64_t> ParseDuration(std::string_view text);

// "10000", "10k", "2M" (powers of ten). At least one.
[[nodiscard]] Result<uint64_t> ParseCount(std::string_view text);

// "1%", "0.1%", "0.01": a part of a whole, more than nothing and less than all.
[[nodiscard]] Result<double> ParsePart(std::string_view text);

}  // namespace heddle::driver
