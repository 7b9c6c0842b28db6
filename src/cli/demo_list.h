// The list of demonstrations: libexec/heddle/demo/demo.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "driver/status.h"
#include "trace/verdict.h"

namespace heddle::cli {

struct Demonstration {
  std::string name;
  std::string program;  // path
  std::vector<std::string> arguments;
  std::string title;
  trace::Verdict expected = trace::Verdict::kNone;  // kNone: a fixed twin, nothing must be found
  uint64_t schedules = 0;
  std::string system;  // which of the five systems it is, "" if none
  std::string group;   // "" is shown by default; others only when asked for
};

// Programs are relative to the directory of the list.
[[nodiscard]] driver::Result<std::vector<Demonstration>> LoadDemonstrations(
    const std::string& directory);

}  // namespace heddle::cli
