// Where the loom's own code lies, and whether it is touching the program's memory on the program's behalf: how a crash
// of the program is told from a crash of ours.
#pragma once

#include <cstdint>

namespace heddle::engine {

[[nodiscard]] uintptr_t LoomBase();
[[nodiscard]] bool InLoomCode(uintptr_t pc);

// True while an atomic operation or a block copy of the program is carried out by code of the loom.
extern int g_touching_program_memory;
[[nodiscard]] inline bool TouchingProgramMemory() { return g_touching_program_memory != 0; }

class ProgramMemoryScope {
 public:
  ProgramMemoryScope() { g_touching_program_memory = 1; }
  ~ProgramMemoryScope() { g_touching_program_memory = 0; }
  ProgramMemoryScope(const ProgramMemoryScope&) = delete;
  ProgramMemoryScope& operator=(const ProgramMemoryScope&) = delete;
};

}  // namespace heddle::engine
