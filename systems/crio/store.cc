// See store.h.
#include "systems/crio/store.h"

namespace crio {
namespace {

ContainerState StateOf(ProcessState process) {
  switch (process) {
    case ProcessState::kCreated:
      return ContainerState::kCreated;
    case ProcessState::kRunning:
    case ProcessState::kPaused:
      return ContainerState::kRunning;
    case ProcessState::kStopped:
      return ContainerState::kExited;
  }
  return ContainerState::kUnknown;
}

std::string ReasonOf(const RuntimeState& state) {
  if (state.oom_killed) return "OOMKilled";
  if (state.seccomp_killed) return "seccomp killed";
  return state.exit_code == 0 ? "Completed" : "Error";
}

template <typename Pointer>
Result<Pointer> Find(const systems::Registry<std::string, Pointer>& registry, std::string_view id) {
  if (id.empty()) return Status(Code::kInvalidArgument, "the id must not be empty");
  const auto all = registry.Read();
  const auto first = all->lower_bound(id);
  if (first == all->end() || !first->first.starts_with(id)) {
    return Status(Code::kNotFound, "no id begins with " + std::string(id));
  }
  if (first->first != id) {
    const auto second = std::next(first);
    if (second != all->end() && second->first.starts_with(id)) {
      return Status(Code::kInvalidArgument, "several ids begin with " + std::string(id));
    }
  }
  return first->second;
}

template <typename Pointer>
std::vector<Pointer> All(const systems::Registry<std::string, Pointer>& registry) {
  // Held by a name: a range-for would not keep it.
  const auto snapshot = registry.Read();
  std::vector<Pointer> all;
  for (const auto& [id, pointer] : *snapshot) all.push_back(pointer);
  return all;
}

}  // namespace

Status ManagedContainer::Start(OciRuntime& runtime) {
  const std::lock_guard lock(state_mutex_);
  RefreshLocked(runtime);
  if (state_.process != ProcessState::kCreated) {
    return {Code::kUnknown, "container " + id() + " is not in created state: " +
                                std::string(ProcessStateName(state_.process))};
  }
  Status started = runtime.Start(id());
  RefreshLocked(runtime);
  return started;
}

void ManagedContainer::Refresh(OciRuntime& runtime) {
  const std::lock_guard lock(state_mutex_);
  RefreshLocked(runtime);
}

void ManagedContainer::RefreshLocked(OciRuntime& runtime) {
  if (identity_.spoofed || state_.process == ProcessState::kStopped) return;
  const Result<RuntimeState> now = runtime.State(id());
  if (now.ok()) {
    state_ = *now;
  } else if (now.status().code() == Code::kNotFound) {
    state_.process = ProcessState::kStopped;
  }
}

RuntimeState ManagedContainer::state() const {
  const std::lock_guard lock(state_mutex_);
  return state_;
}

ContainerStatus ManagedContainer::Describe() const {
  const RuntimeState now = state();
  const ContainerConfig& config = identity_.config;
  ContainerStatus status;
  status.id = identity_.id;
  status.metadata = config.metadata;
  status.state = StateOf(now.process);
  status.created_at = identity_.created_at;
  status.started_at = now.started_at;
  if (status.state == ContainerState::kExited) {
    status.finished_at = now.finished_at;
    status.exit_code = now.exit_code.value_or(-1);
    status.reason = ReasonOf(now);
  }
  status.image = config.image;
  status.image_ref = config.image.image;
  status.labels = config.labels;
  status.annotations = config.annotations;
  status.mounts = config.mounts;
  status.log_path = config.log_path;
  return status;
}

Container ManagedContainer::Summarize() const {
  const ContainerConfig& config = identity_.config;
  Container container;
  container.id = identity_.id;
  container.pod_sandbox_id = identity_.sandbox_id;
  container.metadata = config.metadata;
  container.image = config.image;
  container.image_ref = config.image.image;
  container.state = StateOf(state().process);
  container.created_at = identity_.created_at;
  container.labels = config.labels;
  container.annotations = config.annotations;
  return container;
}

PodSandboxState ManagedSandbox::State() const {
  const bool infra_runs =
      infra->identity().spoofed || StateOf(infra->state().process) == ContainerState::kRunning;
  return !stopped && infra_runs ? PodSandboxState::kReady : PodSandboxState::kNotReady;
}

PodSandboxStatus ManagedSandbox::Describe() const {
  const PodSandboxConfig& config = identity_.config;
  PodSandboxStatus status;
  status.id = identity_.id;
  status.metadata = config.metadata;
  status.state = State();
  status.created_at = identity_.created_at;
  status.network.ip = identity_.ip;
  status.namespace_options = config.namespace_options;
  status.labels = config.labels;
  status.annotations = config.annotations;
  status.runtime_handler = identity_.runtime_handler;
  return status;
}

PodSandbox ManagedSandbox::Summarize() const {
  const PodSandboxConfig& config = identity_.config;
  PodSandbox sandbox;
  sandbox.id = identity_.id;
  sandbox.metadata = config.metadata;
  sandbox.state = State();
  sandbox.created_at = identity_.created_at;
  sandbox.labels = config.labels;
  sandbox.annotations = config.annotations;
  sandbox.runtime_handler = identity_.runtime_handler;
  return sandbox;
}

bool Store::ReserveName(const std::string& name) {
  const std::lock_guard lock(names_mutex_);
  return names_.insert(name).second;
}

void Store::ReleaseName(const std::string& name) {
  const std::lock_guard lock(names_mutex_);
  names_.erase(name);
}

void Store::Add(const SandboxPointer& sandbox) { sandboxes_.Insert(sandbox->id(), sandbox); }

void Store::Add(const ContainerPointer& container) {
  containers_.Insert(container->id(), container);
}

bool Store::Remove(const ManagedSandbox& sandbox) {
  if (!sandboxes_.Erase(sandbox.id())) return false;
  ReleaseName(sandbox.identity().name);
  return true;
}

bool Store::Remove(const ManagedContainer& container) {
  if (!containers_.Erase(container.id())) return false;
  ReleaseName(container.identity().name);
  return true;
}

Result<SandboxPointer> Store::FindSandbox(std::string_view id) const {
  return Find(sandboxes_, id);
}

Result<ContainerPointer> Store::FindContainer(std::string_view id) const {
  return Find(containers_, id);
}

std::vector<SandboxPointer> Store::Sandboxes() const { return All(sandboxes_); }

std::vector<ContainerPointer> Store::Containers() const { return All(containers_); }

std::vector<ContainerPointer> Store::ContainersOf(const ManagedSandbox& sandbox) const {
  std::vector<ContainerPointer> containers = Containers();
  std::erase_if(containers, [&sandbox](const ContainerPointer& each) {
    return each->identity().sandbox_id != sandbox.id();
  });
  return containers;
}

}  // namespace crio
