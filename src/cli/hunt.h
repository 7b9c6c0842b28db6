// One exploration from options to report: what `run`, `demo` and `doctor` have in common.
#pragma once

#include <optional>
#include <string>

#include "cli/run_options.h"
#include "driver/card.h"
#include "driver/elf_probe.h"
#include "driver/loom_process.h"
#include "driver/standard_input.h"
#include "driver/status.h"
#include "report/model.h"

namespace heddle::cli {

struct Hunt {
  report::RunView run;
  int exit_status = driver::kExitBug;
  std::optional<driver::Error> failure;  // what ended the exploration early, to be printed
};

// Explores and writes the cards. An error if nothing could be explored at all.
[[nodiscard]] driver::Result<Hunt> HuntFindings(const RunOptions& options,
                                                const driver::StandardInput& input);

// How to start `argv` under the loom, after looking at the program.
struct Prepared {
  driver::Invocation invocation;
  driver::ProgramFacts facts;
};
[[nodiscard]] driver::Result<Prepared> Prepare(const std::vector<std::string>& argv);

}  // namespace heddle::cli
