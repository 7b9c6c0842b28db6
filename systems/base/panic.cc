// See panic.h.
#include "systems/base/panic.h"

#include <cstdio>
#include <cstdlib>

namespace systems {

void Panic(std::string_view message) {
  std::fprintf(stderr, "panic: %.*s\n", static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
  std::abort();
}

}  // namespace systems
