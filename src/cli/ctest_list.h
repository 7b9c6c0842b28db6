// CTest's listing, read: the tests of a build directory with their commands, directories and environments.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/listed_test.h"
#include "driver/status.h"

namespace heddle::cli {

// Value of an environment variable, or nothing.
using VariableLookup = std::function<std::optional<std::string>(const std::string&)>;

// From what `ctest --show-only=json-v1` printed. Disabled tests are left out; those that cannot be explored say why.
// `inherited` are the variables that modifications start from.
[[nodiscard]] driver::Result<std::vector<ListedTest>> ParseCtestList(
    std::string_view text, const VariableLookup& inherited);

}  // namespace heddle::cli
