// GoogleTest's listing, read: which tests a program would run, and how to run each of them alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/listed_test.h"
#include "driver/status.h"

namespace heddle::cli {

// A shard as GoogleTest's environment variables name it: of the tests that would run, those whose number modulo
// `total` is `index`.
struct Shard {
  uint32_t total = 1;
  uint32_t index = 0;
};

// From the values of GTEST_TOTAL_SHARDS and GTEST_SHARD_INDEX, null where not set. Both must be there or none.
[[nodiscard]] driver::Result<Shard> ParseShard(const char* total, const char* index);

// The names in what --gtest_list_tests printed, disabled tests included: "Suite.Name", "Prefix/Suite.Name/0".
[[nodiscard]] std::vector<std::string> ParseGtestList(std::string_view text);

// The tests that `argv` would run, of the names that its filter admits.
[[nodiscard]] std::vector<ListedTest> GtestsToRun(const std::vector<std::string>& names,
                                                  const std::vector<std::string>& argv,
                                                  const Shard& shard);

// The filter that admits this name. Names of types may hold what a filter gives a meaning to; "?" stands for those.
[[nodiscard]] std::string GtestFilterFor(std::string_view name);

}  // namespace heddle::cli
