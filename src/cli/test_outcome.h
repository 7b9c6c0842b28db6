// What became of one test: its own `heddle run` has ended, and this is its report, understood.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::cli {

enum class TestStatus {
  kHeld,     // explored, nothing found
  kFinding,  // at least one finding
  kRefused,  // it could not be explored, or not all of it: `reason` says why
  kNotRun,   // interrupted before it was explored
};

// "held", "finding", "refused", "not-run".
[[nodiscard]] std::string_view TestStatusName(TestStatus status);

struct TestFinding {
  std::string id;
  std::string verdict;
  std::string summary;
  std::string card;
  std::string text;  // as a person reads it, with its replay lines
};

struct TestOutcome {
  std::string name;
  TestStatus status = TestStatus::kNotRun;
  std::string reason;
  int exit_status = -1;  // of its `heddle run`; -1 if it did not exit
  uint64_t executions = 0;
  double seconds = 0;
  std::vector<TestFinding> findings;
  nlohmann::json run;   // the run object of the report, null if there is none
  std::string printed;  // what it showed of the program's output
};

// The outcome of a test whose `heddle run` ended with `wait_status` (of waitpid), wrote `report` and said `errors`.
// `interrupted`: it was asked to end.
[[nodiscard]] TestOutcome ReadOutcome(const std::string& name, int wait_status,
                                      std::string_view report, std::string_view errors,
                                      bool interrupted);

}  // namespace heddle::cli
