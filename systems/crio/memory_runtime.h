// Processes that exist in memory only. What a process does is said by the command of its container:
//   (anything else)  runs until it gets a signal
//   exit N           ends with exit code N as soon as it is started
//   ignore-term      runs until it is killed
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "systems/base/clock.h"
#include "systems/crio/oci_runtime.h"

namespace crio {

class MemoryRuntime final : public OciRuntime {
 public:
  // `clock` must live as long as this.
  explicit MemoryRuntime(const systems::Clock& clock = systems::Clock::System()) : clock_(clock) {}
  MemoryRuntime(const MemoryRuntime&) = delete;
  MemoryRuntime& operator=(const MemoryRuntime&) = delete;
  ~MemoryRuntime() = default;

  Status Create(const std::string& id, const ContainerConfig& config) override;
  Status Start(const std::string& id) override;
  Status Kill(const std::string& id, Signal signal) override;
  bool WaitForExit(const std::string& id, std::chrono::nanoseconds timeout) override;
  Status Pause(const std::string& id) override;
  Status Resume(const std::string& id) override;
  [[nodiscard]] Result<RuntimeState> State(const std::string& id) override;
  Status Delete(const std::string& id) override;
  void SetExitListener(ExitListener listener) override;

  // What happens to a process from outside.
  struct Exit {
    std::optional<int32_t> code = 0;  // nothing: it got lost
    bool oom_killed = false;
    bool seccomp_killed = false;
  };
  // The process ends by itself; nothing if it has stopped.
  Status End(const std::string& id, Exit exit);
  // The next Start fails with this status.
  void FailNextStart(Status status);
  // Of processes that were created and not deleted.
  [[nodiscard]] size_t process_count() const;

 private:
  struct Process {
    RuntimeState state;
    std::optional<int32_t> ends_at_once_with;
    bool ignores_term = false;
  };

  Result<Process*> Find(const std::string& id);  // with mutex_ held, as the next two
  bool Stop(Process& process, Exit exit);        // false if it had stopped before
  Status Move(const std::string& id, ProcessState from, ProcessState to);
  void TellExit(const std::string& id);
  [[nodiscard]] int64_t NowNanoseconds() const;

  const systems::Clock& clock_;
  std::mutex listener_mutex_;
  ExitListener exit_listener_;  // guarded by listener_mutex_, also while it is called
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  std::map<std::string, Process> processes_;  // the rest is guarded by mutex_
  Status next_start_;
};

}  // namespace crio
