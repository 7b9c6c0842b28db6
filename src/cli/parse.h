// What all commands share in reading their arguments: one way to say that something is wrong, hints for typing errors,
// and the split between options and the program to run.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "driver/status.h"

namespace heddle::cli {

// An application with the settings of all commands: long options, the last of several wins.
void Configure(CLI::App& app);

// Lets `app` read `arguments`. An answer ends the command with that exit status: help was printed, or an error.
[[nodiscard]] std::optional<int> Parse(CLI::App& app, const Arguments& arguments);

// Like Parse, for commands whose options are followed by a program and its arguments, with or without "--" between.
// Fills `program`. `defaults` are options that stand before those of the command line (HEDDLE_OPTIONS).
[[nodiscard]] std::optional<int> ParseWithProgram(CLI::App& app, const Arguments& defaults,
                                                  const Arguments& arguments, Arguments& program);

// Splits HEDDLE_OPTIONS at blanks; single and double quotes group, a backslash quotes one character.
[[nodiscard]] driver::Result<Arguments> SplitOptions(std::string_view text);

// The candidate that `word` was probably meant to be; "" if none is close.
[[nodiscard]] std::string Nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace heddle::cli
