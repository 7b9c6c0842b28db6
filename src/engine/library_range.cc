// See library_range.h. The two symbols are made by the linker for every shared object.
#include "engine/library_range.h"

extern "C" {
[[gnu::visibility("hidden")]] extern const char __ehdr_start[];
[[gnu::visibility("hidden")]] extern const char etext[];
}

namespace heddle::engine {

constinit int g_touching_program_memory = 0;

uintptr_t LoomBase() { return reinterpret_cast<uintptr_t>(__ehdr_start); }

bool InLoomCode(uintptr_t pc) {
  return pc >= LoomBase() && pc < reinterpret_cast<uintptr_t>(etext);
}

}  // namespace heddle::engine
