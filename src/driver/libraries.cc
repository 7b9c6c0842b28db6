#include "driver/libraries.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace heddle::driver {
namespace {

// The directory above the one that holds the command: build/ or the installation prefix. "" if /proc is missing.
[[nodiscard]] std::filesystem::path Prefix() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : self.parent_path().parent_path();
}

}  // namespace

Result<LoomLibrary> FindLoomLibrary() {
  std::vector<std::filesystem::path> candidates;
  if (const char* named = std::getenv("HEDDLE_LIB_DIR"); named != nullptr && named[0] != '\0') {
    candidates.emplace_back(named);
  } else {
    candidates.push_back(Prefix() / "lib" / "heddle");
    candidates.push_back(Prefix() / "lib");
  }
  std::string tried;
  for (const std::filesystem::path& directory : candidates) {
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(directory, error);
    const std::filesystem::path file = absolute / "libheddle.so";
    // The dynamic linker splits LD_PRELOAD and LD_LIBRARY_PATH at these characters and has no way to quote them.
    if (file.string().find_first_of(" :;") != std::string::npos) {
      return Error{kExitUnsupported,
                   "cannot use " + file.string() + ": the path contains a blank, ':' or ';'",
                   "move Heddle, or name another directory in HEDDLE_LIB_DIR"};
    }
    if (access(file.c_str(), R_OK) == 0) return LoomLibrary{file.string(), absolute.string()};
    tried += (tried.empty() ? "" : " and ") + file.string();
  }
  return Error{kExitUsage, "Heddle's library is missing: looked for " + tried,
               "build or install Heddle completely, or name its directory in HEDDLE_LIB_DIR"};
}

Result<std::string> FindLibexec() {
  const char* named = std::getenv("HEDDLE_LIBEXEC_DIR");
  const std::filesystem::path directory = named != nullptr && named[0] != '\0'
                                              ? std::filesystem::path(named)
                                              : Prefix() / "libexec" / "heddle";
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return directory.string();
  return Error{kExitUsage, "Heddle's helper programs are missing: looked for " + directory.string(),
               "build or install Heddle completely, or name their directory in HEDDLE_LIBEXEC_DIR"};
}

}  // namespace heddle::driver
