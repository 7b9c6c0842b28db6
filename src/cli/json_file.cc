#include "cli/json_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace heddle::cli {
namespace {

[[nodiscard]] bool WriteAll(const std::string& text, std::FILE* file) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

}  // namespace

driver::Status WriteJson(const nlohmann::json& object, const std::string& path) {
  // Output of the program and names of files need not be UTF-8; JSON must be.
  const std::string text =
      object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const auto failed = [&path] {
    return driver::Error{driver::kExitUsage, "cannot write '" + path + "': " + std::strerror(errno),
                         "name another file with --json"};
  };
  if (path == "-") return WriteAll(text, stdout) ? driver::Ok() : driver::Status(failed());
  struct stat status {};
  const bool in_place = stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  const std::string target = in_place ? path : path + ".tmp" + std::to_string(getpid());
  std::FILE* file = std::fopen(target.c_str(), "we");
  if (file == nullptr) return failed();
  const bool written = WriteAll(text, file);
  const bool closed = std::fclose(file) == 0;
  if (written && closed && (in_place || std::rename(target.c_str(), path.c_str()) == 0))
    return driver::Ok();
  const driver::Status status_of_failure = failed();
  if (!in_place) unlink(target.c_str());
  return status_of_failure;
}

}  // namespace heddle::cli
