// Which modules of the process were compiled with instrumentation. A block that instrumented code frees is checked
// against earlier accesses; one that a library frees is not, because the library's own synchronisation (atomic reference
// counts inside libstdc++, for one) is not seen. And a thread that goes round in a library may wait in a way that is not
// seen.
#pragma once

#include <cstdint>

namespace heddle::engine {

// Looks at all loaded modules, if any was loaded since the last time: those that import __tsan_* are instrumented. Who calls
// __tsan_init does not tell, because an optimised constructor jumps there and leaves its caller's address.
void NoteInstrumentedModules();

[[nodiscard]] bool IsInstrumentedCode(uintptr_t pc);

// The module at `path`, with code at `pc`, is neither instrumented, nor the loom, nor taken over by it.
[[nodiscard]] bool IsUnseenModule(const char* path, uintptr_t pc);

// The file name of a library that is not instrumented and has code at `pc`; null for instrumented code, the loom itself and
// libraries whose waiting the loom takes over (libc and its like).
[[nodiscard]] const char* UnseenLibraryAt(uintptr_t pc);

}  // namespace heddle::engine
