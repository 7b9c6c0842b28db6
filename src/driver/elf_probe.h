// Looks at a program before it is started, so that what cannot work is refused with a reason and a remedy instead of
// failing inside the dynamic linker, or, worse, running without Heddle and looking clean.
#pragma once

#include <string>
#include <string_view>

#include "driver/status.h"

namespace heddle::driver {

// What the file says about a program that Heddle can run.
struct ProgramFacts {
  std::string path;      // the file that execve gets
  std::string build_id;  // lower-case hexadecimal of the GNU build id, "" if the linker wrote none
  bool instrumented = false;   // calls __tsan_* functions: races can be seen
  bool needs_libtsan = false;  // names libtsan.so.2 as a library it needs
};

// Finds the file as execvp does: a name with a slash is a path, any other is looked up in `search_path` (PATH).
[[nodiscard]] Result<std::string> FindProgram(std::string_view name, const char* search_path);

// Reads the headers of the file at `path`. Errors are usage errors (exit status 2), or 4 for programs that are in
// order but that Heddle cannot take over: statically linked, set-user-id, with another sanitizer inside.
[[nodiscard]] Result<ProgramFacts> ProbeProgram(const std::string& path);

}  // namespace heddle::driver
