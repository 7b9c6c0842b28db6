// One started program with the loom in it, as its driver sees it: start, commands, replies, shared memory, end.
//
// The program is started once and stops when main is entered; from then on it answers commands (trace/region.h). It
// lives in a process group of its own, so that Ctrl-C does not reach it and one signal ends it with all it started; it
// dies when its driver dies.
//
// Thread safety: none; the driver has one thread. (The program also dies when the thread that started it ends.)
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/libraries.h"
#include "driver/standard_input.h"
#include "driver/status.h"
#include "driver/unique_fd.h"
#include "trace/region.h"

namespace heddle::driver {

using Clock = std::chrono::steady_clock;

// How to start the program. The same values start it again for every job and every replay.
struct Invocation {
  std::string program_path;
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // "NAME=value"; Heddle's own entries are added to it
  std::string working_directory;         // "" is that of the driver
  LoomLibrary library;
};

// The environment of this process.
[[nodiscard]] std::vector<std::string> CurrentEnvironment();

// `environment` with the loom preloaded and findable, for a program that runs without a driver (replay in gdb).
[[nodiscard]] std::vector<std::string> PreloadEnvironment(
    const std::vector<std::string>& environment, const LoomLibrary& library);

class LoomProcess {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LoomProcess>> Start(const Invocation& invocation,
                                                                  const StandardInput& input);
  ~LoomProcess();
  LoomProcess(const LoomProcess&) = delete;
  LoomProcess& operator=(const LoomProcess&) = delete;

  // Waits until the program has reached main. A program that ends before, or takes longer, is an error that carries its
  // output.
  [[nodiscard]] Result<trace::Reply> WaitForHello(Clock::duration patience);

  // Clears Live::stop and sends.
  [[nodiscard]] Status Send(const trace::Command& command);

  // The next reply if there is one, without waiting. An error says how the process ended.
  [[nodiscard]] Result<std::optional<trace::Reply>> TryReceive();

  // Asks a running batch to end after its current execution.
  void RequestStop();

  // What the last execution printed, at most the last `bytes_max` bytes.
  [[nodiscard]] std::string Output(size_t bytes_max) const;

  // Ends the program and everything in its process group at once. Called by the destructor.
  void Kill();

  [[nodiscard]] trace::Region& region() { return *region_; }
  [[nodiscard]] const trace::Region& region() const { return *region_; }
  [[nodiscard]] int channel() const { return channel_.get(); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  LoomProcess() = default;

  // Reaps the process and says in words how it ended; "" while it runs.
  [[nodiscard]] std::string EndInWords();
  [[nodiscard]] Error EndedEarly();

  pid_t pid_ = -1;        // -1 once reaped
  bool greeted_ = false;  // Hello was received
  UniqueFd channel_;
  UniqueFd output_;
  trace::Region* region_ = nullptr;  // kRegionBytes mapped shared
  std::string name_;                 // for messages
  std::string end_;
  int exit_code_ = -1;  // how the process ended, in words
};

}  // namespace heddle::driver
