#include "cli/output_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace heddle::cli {
namespace {

[[nodiscard]] bool WriteAll(std::string_view text, std::FILE* file) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

[[nodiscard]] driver::Error Failure(const std::string& path, const std::string& option, int error) {
  return {driver::kExitUsage, "cannot write '" + path + "': " + std::strerror(error),
          "name another file with " + option};
}

}  // namespace

driver::Status WriteOutput(std::string_view text, const std::string& path,
                           const std::string& option) {
  if (path == "-") {
    if (WriteAll(text, stdout)) return driver::Ok();
    return Failure(path, option, errno);
  }
  struct stat status {};
  const bool in_place = stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  const std::string target = in_place ? path : path + ".tmp" + std::to_string(getpid());
  std::FILE* file = std::fopen(target.c_str(), "we");
  if (file == nullptr) return Failure(path, option, errno);
  const bool written = WriteAll(text, file);
  const bool closed = std::fclose(file) == 0;
  if (written && closed && (in_place || std::rename(target.c_str(), path.c_str()) == 0))
    return driver::Ok();
  const driver::Status failed = Failure(path, option, errno);
  if (!in_place) unlink(target.c_str());
  return failed;
}

driver::Status CheckOutput(const std::string& path, const std::string& option) {
  if (path.empty() || path == "-") return driver::Ok();
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return Failure(path, option, EISDIR);
    if (access(path.c_str(), W_OK) != 0) return Failure(path, option, errno);
    if (!S_ISREG(status.st_mode)) return driver::Ok();
  }
  std::string directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  if (access(directory.c_str(), W_OK | X_OK) != 0) return Failure(path, option, errno);
  return driver::Ok();
}

}  // namespace heddle::cli
