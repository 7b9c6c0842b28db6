// Programs that the command starts beside its looms: test programs that list their tests, and itself once per test.
// They do not outlive the command, do not see its terminal's signals, and print into files.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "driver/status.h"
#include "driver/unique_fd.h"

namespace heddle::cli {

struct ChildCommand {
  std::string file;  // what is executed; looked up in PATH if it has no slash
  std::vector<std::string> argv;
  std::string directory;  // "" is the current one
  std::vector<std::pair<std::string, std::string>> set_variables;
  std::vector<std::string> unset_variables;
  std::string stdout_path;
  std::string stderr_path;
};

// A started program. Its owner waits for it; a destructor that comes earlier kills it.
class ChildProcess {
 public:
  [[nodiscard]] static driver::Result<ChildProcess> Start(const ChildCommand& command);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // The status as waitpid gives it, nothing while it runs. Once it was told, the process is gone.
  [[nodiscard]] std::optional<int> Ended();
  void Signal(int signal) const;

  // Readable once it ends; -1 on kernels that cannot do that.
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  explicit ChildProcess(pid_t pid);

  pid_t pid_ = -1;
  driver::UniqueFd descriptor_;
};

// Waits until one of the children ended (or might have), a signal asked the command to end, or the time is over.
void WaitForChildren(const std::vector<const ChildProcess*>& children,
                     std::chrono::milliseconds time_max);

// All of a file, "" if it cannot be read.
[[nodiscard]] std::string FileContents(const std::string& path);

}  // namespace heddle::cli
