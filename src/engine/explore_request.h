// What a call of heddle::Explore asks for, in the loom's own terms.
#pragma once

#include <cstddef>

#include "heddle/detail/loom.h"
#include "trace/detect.h"
#include "trace/region.h"

namespace heddle::engine {

struct ExplorePlan {
  trace::Command command = {};
  trace::VerdictSet wanted = 0;
  const char* cards = nullptr;  // directory
  const char* card = nullptr;   // follow this one; null explores
  bool card_from_environment = false;
};

// Fills `plan`, whose texts live as long as the request and the environment. False if something in the request is not
// understood: `message` then says what, and what would be.
[[nodiscard]] bool ReadRequest(const detail::LoomRequest& request, ExplorePlan* plan, char* message,
                               size_t size);

}  // namespace heddle::engine
