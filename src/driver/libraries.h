// Where the parts of Heddle lie on this machine: found relative to the command itself, so that a build directory and an
// installation work without configuration and can be moved.
#pragma once

#include <string>

#include "driver/status.h"

namespace heddle::driver {

struct LoomLibrary {
  std::string file;  // libheddle.so
  std::string
      directory;  // also holds libtsan.so.2, the name under which instrumented programs ask for it
};

// HEDDLE_LIB_DIR if it is set, otherwise lib/heddle or lib beside the directory of the command.
[[nodiscard]] Result<LoomLibrary> FindLoomLibrary();

// The directory of the helper programs (canaries, demonstrations): HEDDLE_LIBEXEC_DIR or libexec/heddle.
[[nodiscard]] Result<std::string> FindLibexec();

}  // namespace heddle::driver
