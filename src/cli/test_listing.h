// Asks a test suite for its tests, natively: what `heddle run --gtest`, `--catch2` and `--ctest` begin with.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/listed_test.h"
#include "driver/status.h"

namespace heddle::cli {

enum class TestKind { kGtest, kCatch2, kCtest };

struct TestSuite {
  TestKind kind = TestKind::kGtest;
  std::vector<std::string> program;  // argv; not for ctest
  std::string ctest_directory;
  std::string ctest_filter;
  std::chrono::milliseconds time_max = std::chrono::seconds(60);  // for listing
};

// The tests in the order of the suite; at least one. `scratch` is a directory for files.
[[nodiscard]] driver::Result<std::vector<ListedTest>> ListTests(const TestSuite& suite,
                                                                const std::string& scratch);

}  // namespace heddle::cli
