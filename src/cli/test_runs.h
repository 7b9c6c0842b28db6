// Explores the tests of a suite, each by a `heddle run` of its own, several side by side.
//
// A process per test and not a loop in this one: a test that takes everything down, Heddle included, takes down
// nothing but itself, and what one exploration leaves behind cannot reach the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/listed_test.h"
#include "cli/test_outcome.h"
#include "driver/status.h"

namespace heddle::cli {

struct TestRunOptions {
  uint64_t schedules_max = 0;              // of one test, 0: no limit
  std::chrono::nanoseconds time_each{0};   // of one test, 0: no limit
  std::chrono::nanoseconds time_total{0};  // of all tests, 0: no limit
  uint32_t jobs = 1;
  std::string cards_directory;              // each test gets a directory in it
  std::string kept_variables;               // --env-keep
  std::string ignored_verdicts;             // --no-detect
  std::vector<std::string> passed_options;  // as they are, for each test's `heddle run`
};

struct TestRunCallbacks {
  std::function<void(const ListedTest&)> begun;
  std::function<void(const TestOutcome&)> ended;
};

// The outcomes in the order of the tests. After an interrupt the running tests end early and no more begin.
[[nodiscard]] driver::Result<std::vector<TestOutcome>> RunTests(
    const std::vector<ListedTest>& tests, const TestRunOptions& options, const std::string& scratch,
    const TestRunCallbacks& callbacks);

// A name for a directory from the name of a test: no blanks or slashes, nothing that a shell reads.
[[nodiscard]] std::string FileNameFor(std::string_view test_name);

}  // namespace heddle::cli
