// heddle run: explores the schedules of a program and reports what is wrong.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/hunt.h"
#include "cli/json_file.h"
#include "cli/run_options.h"
#include "driver/interrupt.h"
#include "report/json.h"
#include "report/text.h"

namespace heddle::cli {

int RunCommand(const Arguments& arguments) {
  std::variant<RunOptions, int> parsed = ParseRunOptions(arguments, std::getenv("HEDDLE_OPTIONS"));
  if (const int* ended = std::get_if<int>(&parsed)) return *ended;
  const RunOptions& options = std::get<RunOptions>(parsed);

  driver::InstallInterruptHandlers();
  const driver::Result<driver::StandardInput> input = driver::StandardInput::Take();
  if (!input.ok()) return PrintError(input.error());
  if (input.value().was_terminal())
    PrintNote("the program reads an empty standard input, not this terminal");

  const driver::Result<Hunt> hunt = HuntFindings(options, input.value());
  if (!hunt.ok()) return PrintError(hunt.error());
  const report::RunView& run = hunt.value().run;

  const std::string text = report::RunText(run, TerminalTextOptions());
  // With the JSON on standard output, the text goes where it does not disturb it.
  fmt::print(options.json_path == "-" ? stderr : stdout, "{}", text);
  if (hunt.value().failure.has_value()) PrintError(*hunt.value().failure);
  if (!options.json_path.empty()) {
    if (driver::Status written = WriteJson(report::RunJson(run), options.json_path);
        !written.ok()) {
      return PrintError(written.error());
    }
  }
  return hunt.value().exit_status;
}

}  // namespace heddle::cli
