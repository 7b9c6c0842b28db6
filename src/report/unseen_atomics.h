// Which libraries synchronise in a way that the detector cannot see: they were compiled without -fsanitize=thread and have
// atomic operations of their own (a spin lock, a mutex on futexes). A race that such a lock prevents is reported all the same,
// so the reader has to know them.
#pragma once

#include <elfutils/libdwfl.h>

#include <string>
#include <string_view>
#include <vector>

namespace heddle::report {

// Libraries of the system whose synchronisation the loom takes over: libc, libstdc++ and their like.
[[nodiscard]] bool TakenOver(std::string_view module);

// True if the code has one of the instructions that locks are made of: a locked compare-exchange or bit test. Counters of
// references (locked additions) order nothing that a program relies on.
[[nodiscard]] bool HasLockInstructions(std::string_view code);

// The file names of all such libraries in the process, sorted. `dwfl` may be null: none.
[[nodiscard]] std::vector<std::string> LibrariesWithUnseenAtomics(Dwfl* dwfl);

}  // namespace heddle::report
