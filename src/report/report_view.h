// What a file of results says: one program explored, or many tests, or the cards of a directory. What every rendering but
// the text on the terminal starts from.
#pragma once

#include <string>
#include <vector>

#include "report/model.h"

namespace heddle::report {

enum class CaseStatus : uint8_t {
  kHeld,     // nothing found
  kFinding,  // at least one finding
  kRefused,  // not explored, or not all of it
  kNotRun,
};

// One program, or one test of a suite.
struct CaseView {
  std::string name;
  CaseStatus status = CaseStatus::kHeld;
  std::string reason;  // refused: why
  double seconds = 0;
  RunView run;
};

struct ReportView {
  std::string kind = "program";  // "program", "gtest", "catch2", "ctest", "cards"
  std::vector<CaseView> cases;
};

// The report of one program.
[[nodiscard]] ReportView ReportOf(RunView run, CaseStatus status, std::string reason = "");

// Each finding once, with the first case that has it.
struct FindingIn {
  const CaseView* in;
  const FindingView* finding;
};
[[nodiscard]] std::vector<FindingIn> DistinctFindings(const ReportView& report);

// The place that a finding is shown at: the program's innermost frame of its first stack, nullptr if no stack has a line.
[[nodiscard]] const Frame* PrimaryFrame(const FindingView& finding);

// The label of a thread in this finding: "T1 (worker)", or "T1" if the finding says no more.
[[nodiscard]] std::string ThreadLabel(const FindingView& finding, uint32_t thread);

// `path` relative to `directory` if it lies below it.
[[nodiscard]] std::string RelativePath(const std::string& path, const std::string& directory);

// "EBUSY" for 16.
[[nodiscard]] std::string ErrnoWords(uint32_t result);

}  // namespace heddle::report
