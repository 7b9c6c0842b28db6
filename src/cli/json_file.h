// Writes a report for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "driver/status.h"

namespace heddle::cli {

// Writes `object` and a newline to the file, or to standard output if `path` is "-". The file appears complete or not at
// all, unless it is something like /dev/stdout.
[[nodiscard]] driver::Status WriteJson(const nlohmann::json& object, const std::string& path);

}  // namespace heddle::cli
