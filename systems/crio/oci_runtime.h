// What runs the processes of containers (runc or crun under conmon, or memory_runtime.h), as far as this server asks for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "systems/crio/cri.h"
#include "systems/crio/status.h"

namespace crio {

enum class ProcessState : uint8_t { kCreated, kRunning, kPaused, kStopped };

// As `runc state` prints it: "created", "running", "paused", "stopped".
[[nodiscard]] std::string_view ProcessStateName(ProcessState state);

enum class Signal : uint8_t { kTerm, kKill };

// Times in nanoseconds since 1970; 0 for what has not happened.
struct RuntimeState {
  ProcessState process = ProcessState::kCreated;
  int64_t started_at = 0;
  int64_t finished_at = 0;
  std::optional<int32_t> exit_code;  // of a stopped process, if it is known
  bool oom_killed = false;
  bool seccomp_killed = false;
};

// Thread-safe. Unknown ids are NotFound.
class OciRuntime {
 public:
  virtual Status Create(const std::string& id, const ContainerConfig& config) = 0;
  // An error, and nothing changed, unless the process is in state created.
  virtual Status Start(const std::string& id) = 0;
  // Nothing for a process that has stopped.
  virtual Status Kill(const std::string& id, Signal signal) = 0;
  // Waits until the process has stopped, for at most `timeout`. True if it has, or is unknown.
  virtual bool WaitForExit(const std::string& id, std::chrono::nanoseconds timeout) = 0;
  virtual Status Pause(const std::string& id) = 0;
  virtual Status Resume(const std::string& id) = 0;
  [[nodiscard]] virtual Result<RuntimeState> State(const std::string& id) = 0;
  // An error unless the process has stopped.
  virtual Status Delete(const std::string& id) = 0;

  // Who is told the id of each process that stops: where conmon would write a file into the directory of exits. Called by
  // any thread; must not wait, nor call the runtime. Set before the first Create. An empty one ends it: the listener is not
  // called any more when this returns.
  using ExitListener = std::function<void(const std::string& id)>;
  virtual void SetExitListener(ExitListener listener) = 0;

 protected:
  ~OciRuntime() = default;
};

}  // namespace crio
