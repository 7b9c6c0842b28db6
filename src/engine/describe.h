// The loom cannot read debug information or write cards: the `heddle` command does it for it, on the shared region.
#pragma once

#include <cstdint>

#include "trace/region.h"

namespace heddle::engine {

// A region in memory that another process can be given.
struct SharedRegion {
  trace::Region* region = nullptr;
  int descriptor = -1;
};
[[nodiscard]] SharedRegion MakeSharedRegion();

// What the command said: words, each ended by a zero byte. Memory of the loom, valid until the next call.
struct CommandAnswer {
  const char* words = nullptr;
  uint64_t bytes = 0;
  int status = -1;           // exit status of the command; -1: it could not be started
  const char* problem = "";  // why there is no answer
};

// Runs `heddle first second …` with the region as descriptor 3 and its answer on descriptor 4.
// REQUIRES: arguments ends with a null pointer and has at most 8 words.
[[nodiscard]] CommandAnswer AskCommand(const char* const* arguments, int region_descriptor);

}  // namespace heddle::engine
