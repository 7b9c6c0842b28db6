// Runs a recorded execution again and says whether it was the same execution; with stacks if asked.
//
// A finding is only as good as its replay. So everything that Heddle shows was run at least twice, and where the two
// runs differ the report says so instead of mixing the two.
#pragma once

#include <string>
#include <vector>

#include "driver/job.h"
#include "driver/status.h"

namespace heddle::driver {

// How a second run of the same decisions compares with the first.
struct Comparison {
  bool same = true;
  std::string difference;  // in words, with the number of the decision where it is known
};

[[nodiscard]] Comparison CompareExecutions(const trace::Execution& first,
                                           const trace::Execution& second);

// Runs the decisions of `recording` again, lean.
[[nodiscard]] Result<Comparison> RunAgain(Job& job, const LoomSettings& settings,
                                          const Recording& recording);

struct Diagnosis {
  bool confirmed = true;           // same events, and every finding appeared again
  std::vector<std::string> notes;  // what is doubtful, in words
};

// Runs the decisions of `recording` again with kDiagnose. Afterwards findings[i] of the region is what is known about
// findings[i] of the recording: with stacks where the second run agreed, without where it did not.
[[nodiscard]] Result<Diagnosis> Diagnose(Job& job, const LoomSettings& settings,
                                         const Recording& recording);

// The second half of it: the diagnosing execution has just ended, and its findings, in the region, get the order and the
// number of those that were recorded first.
[[nodiscard]] Diagnosis MergeDiagnosis(const Recording& recording, trace::Region& region);

}  // namespace heddle::driver
