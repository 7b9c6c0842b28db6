// `heddle run --gtest`, `--catch2` and `--ctest`: a whole suite, test by test.
#pragma once

#include "cli/run_options.h"

namespace heddle::cli {

// Lists, explores and reports. Returns the exit status.
// REQUIRES: `options.suite` is set.
[[nodiscard]] int RunTestSuite(const RunOptions& options);

}  // namespace heddle::cli
