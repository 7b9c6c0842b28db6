// Writes a file of results.
#pragma once

#include <string>
#include <string_view>

#include "driver/status.h"

namespace heddle::cli {

// Writes `text` to the file, or to standard output if `path` is "-". The file appears complete or not at all, unless it is
// something like /dev/stdout. `option` is who named the file: "--json".
[[nodiscard]] driver::Status WriteOutput(std::string_view text, const std::string& path,
                                         const std::string& option);

// Whether that will probably work: asked before a long run, whose results would be lost otherwise.
[[nodiscard]] driver::Status CheckOutput(const std::string& path, const std::string& option);

}  // namespace heddle::cli
