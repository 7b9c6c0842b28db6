// The options of `heddle run` that are about whole test suites: --gtest, --catch2, --ctest.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/test_listing.h"
#include "cli/test_runs.h"
#include "driver/status.h"

namespace heddle::cli {

// The words as CLI11 delivers them.
struct TestWords {
  bool gtest = false;
  bool catch2 = false;
  std::string ctest;
  std::string ctest_filter;
};

void AddTestOptions(CLI::App& app, TestWords& words);

// The suite that the words name, nothing if they name none. `program` is what stands behind the options.
[[nodiscard]] driver::Result<std::optional<TestSuite>> SuiteOf(
    const CLI::App& app, const TestWords& words, const std::vector<std::string>& program);

// The budgets that the command line names; 0 for one that it does not name.
struct NamedBudget {
  uint64_t schedules = 0;
  std::chrono::nanoseconds time{0};
};

// How each test is run, once `app` has read the command line.
[[nodiscard]] TestRunOptions TestRunOptionsOf(const CLI::App& app, const NamedBudget& budget);

}  // namespace heddle::cli
