// What the process was told about being controlled: the variables of trace/region.h and HEDDLE_EXECUTOR, HEDDLE_REPLAY,
// HEDDLE_DETECT.
#pragma once

#include "trace/region.h"

namespace heddle::engine {

struct Environment {
  bool controlled = false;  // a driver asked for this process, or a replay under a debugger
  bool baton = false;
  trace::Region* region = nullptr;  // null: no driver
  int channel = -1;
  int output = -1;
  uint32_t detect = trace::kDetectAll;  // replay without a driver: what to look for
  const char* replay_file = nullptr;    // decisions as 32-bit words: replay without a driver
};

// Reads the variables once and removes them, and the loom from LD_PRELOAD, so that child processes run on their own.
[[nodiscard]] const Environment& ReadEnvironment();

}  // namespace heddle::engine
