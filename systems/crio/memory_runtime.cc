// See memory_runtime.h.
#include "systems/crio/memory_runtime.h"

#include <cstdlib>
#include <utility>

namespace crio {

std::string_view ProcessStateName(ProcessState state) {
  switch (state) {
    case ProcessState::kCreated:
      return "created";
    case ProcessState::kRunning:
      return "running";
    case ProcessState::kPaused:
      return "paused";
    case ProcessState::kStopped:
      return "stopped";
  }
  return "unknown";
}

Status MemoryRuntime::Create(const std::string& id, const ContainerConfig& config) {
  Process process;
  if (!config.command.empty()) {
    const std::string& program = config.command.front();
    process.ignores_term = program == "ignore-term";
    if (program == "exit") {
      process.ends_at_once_with =
          config.command.size() > 1 ? std::atoi(config.command[1].c_str()) : 0;
    }
  }
  const std::lock_guard lock(mutex_);
  if (!processes_.emplace(id, process).second) {
    return {Code::kUnknown, "container with id exists already: " + id};
  }
  return {};
}

Status MemoryRuntime::Start(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (Status fault = std::exchange(next_start_, Status()); !fault.ok()) return fault;
    const Result<Process*> found = Find(id);
    if (!found.ok()) return found.status();
    Process& process = **found;
    if (process.state.process != ProcessState::kCreated) {
      return {Code::kUnknown, "cannot start a container that is " +
                                  std::string(ProcessStateName(process.state.process))};
    }
    process.state.process = ProcessState::kRunning;
    process.state.started_at = NowNanoseconds();
    if (!process.ends_at_once_with) return {};
    Stop(process, {.code = process.ends_at_once_with});
  }
  TellExit(id);
  return {};
}

Status MemoryRuntime::Kill(const std::string& id, Signal signal) {
  {
    const std::lock_guard lock(mutex_);
    const Result<Process*> found = Find(id);
    if (!found.ok()) return found.status();
    Process& process = **found;
    if (signal == Signal::kTerm && process.ignores_term) return {};
    // As a shell has it: 128 and the number of the signal.
    if (!Stop(process, {.code = signal == Signal::kTerm ? 143 : 137})) return {};
  }
  TellExit(id);
  return {};
}

Status MemoryRuntime::End(const std::string& id, Exit exit) {
  {
    const std::lock_guard lock(mutex_);
    const Result<Process*> found = Find(id);
    if (!found.ok()) return found.status();
    if (!Stop(**found, exit)) return {};
  }
  TellExit(id);
  return {};
}

bool MemoryRuntime::WaitForExit(const std::string& id, std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  return stopped_.wait_for(lock, timeout, [&] {
    const auto found = processes_.find(id);
    return found == processes_.end() || found->second.state.process == ProcessState::kStopped;
  });
}

Status MemoryRuntime::Pause(const std::string& id) {
  return Move(id, ProcessState::kRunning, ProcessState::kPaused);
}

Status MemoryRuntime::Resume(const std::string& id) {
  return Move(id, ProcessState::kPaused, ProcessState::kRunning);
}

Result<RuntimeState> MemoryRuntime::State(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const Result<Process*> found = Find(id);
  if (!found.ok()) return found.status();
  return (*found)->state;
}

Status MemoryRuntime::Delete(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const Result<Process*> found = Find(id);
  if (!found.ok()) return found.status();
  if ((*found)->state.process != ProcessState::kStopped) {
    return {Code::kUnknown, "cannot delete container " + id + " that is not stopped"};
  }
  processes_.erase(id);
  return {};
}

void MemoryRuntime::SetExitListener(ExitListener listener) {
  const std::lock_guard lock(listener_mutex_);
  exit_listener_ = std::move(listener);
}

void MemoryRuntime::FailNextStart(Status status) {
  const std::lock_guard lock(mutex_);
  next_start_ = std::move(status);
}

size_t MemoryRuntime::process_count() const {
  const std::lock_guard lock(mutex_);
  return processes_.size();
}

Result<MemoryRuntime::Process*> MemoryRuntime::Find(const std::string& id) {
  const auto found = processes_.find(id);
  if (found == processes_.end()) return Status(Code::kNotFound, "container does not exist: " + id);
  return &found->second;
}

bool MemoryRuntime::Stop(Process& process, Exit exit) {
  if (process.state.process == ProcessState::kStopped) return false;
  process.state.process = ProcessState::kStopped;
  process.state.finished_at = NowNanoseconds();
  process.state.exit_code = exit.code;
  process.state.oom_killed = exit.oom_killed;
  process.state.seccomp_killed = exit.seccomp_killed;
  stopped_.notify_all();
  return true;
}

Status MemoryRuntime::Move(const std::string& id, ProcessState from, ProcessState to) {
  const std::lock_guard lock(mutex_);
  const Result<Process*> found = Find(id);
  if (!found.ok()) return found.status();
  ProcessState& now = (*found)->state.process;
  if (now != from) {
    return {Code::kUnknown, "container " + id + " is " + std::string(ProcessStateName(now))};
  }
  now = to;
  return {};
}

void MemoryRuntime::TellExit(const std::string& id) {
  const std::lock_guard lock(listener_mutex_);
  if (exit_listener_) exit_listener_(id);
}

int64_t MemoryRuntime::NowNanoseconds() const {
  return std::chrono::nanoseconds(clock_.Now().time_since_epoch()).count();
}

}  // namespace crio
