// Which modules of the process were compiled with instrumentation. A block that instrumented code frees is checked
// against earlier accesses; one that a library frees is not, because the library's own synchronisation (atomic reference
// counts inside libstdc++, for one) is not seen.
#pragma once

#include <cstdint>

namespace heddle::intercept {

// The module that contains `pc` is instrumented (its constructor has called __tsan_init).
void NoteInstrumentedModule(uintptr_t pc);

[[nodiscard]] bool IsInstrumentedCode(uintptr_t pc);

}  // namespace heddle::intercept
