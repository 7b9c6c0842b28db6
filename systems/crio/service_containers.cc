// Containers. See service.h.
#include <utility>

#include "systems/crio/match.h"
#include "systems/crio/service.h"

namespace crio {
namespace {

std::string NameOf(const ContainerMetadata& container, const PodSandboxMetadata& pod) {
  return "k8s_" + container.name + "_" + pod.name + "_" + pod.name_space + "_" + pod.uid + "_" +
         std::to_string(container.attempt);
}

// The error of a lookup, as upstream words it.
Status NoContainer(const std::string& id, const Status& why) {
  return {why.code(), "could not find container \"" + id + "\": " + why.message()};
}

}  // namespace

Result<std::string> RuntimeService::CreateContainer(const std::string& sandbox_id,
                                                    const ContainerConfig& config) {
  const Result<SandboxPointer> found = store_.FindSandbox(sandbox_id);
  if (!found.ok()) return found.status();
  ManagedSandbox& sandbox = **found;
  if (config.metadata.name.empty()) {
    return Status(Code::kInvalidArgument, "ContainerConfig.Metadata.Name should not be empty");
  }
  // A sandbox that is being stopped sees this container, or this sees that it was stopped.
  const std::shared_lock not_stopped_meanwhile(sandbox.stop_mutex);
  if (!sandbox.created) {
    return Status(Code::kUnknown, "sandbox " + sandbox.id() + " is not created yet");
  }
  if (sandbox.stopped) {
    return Status(Code::kUnknown,
                  "CreateContainer failed as the sandbox was stopped: " + sandbox.id());
  }
  const std::string name = NameOf(config.metadata, sandbox.identity().config.metadata);
  if (!store_.ReserveName(name)) {
    return Status(Code::kUnknown, "container name is reserved: " + name);
  }
  const auto container = std::make_shared<ManagedContainer>(
      ManagedContainer::Identity{.id = NewId(),
                                 .sandbox_id = sandbox.id(),
                                 .name = name,
                                 .config = config,
                                 .created_at = NowNanoseconds()});
  if (const Status created = runtime_.Create(container->id(), config); !created.ok()) {
    store_.ReleaseName(name);
    return created;
  }
  const std::unique_lock<std::mutex> order = events_.KeepOrder(*container);
  store_.Add(container);
  events_.Generate(*container, ContainerEventType::kCreated);
  return container->id();
}

Status RuntimeService::StartContainer(const std::string& id) {
  const Result<ContainerPointer> found = store_.FindContainer(id);
  if (!found.ok()) return NoContainer(id, found.status());
  ManagedContainer& container = **found;
  const std::unique_lock<std::mutex> order = events_.KeepOrder(container);
  if (Status started = container.Start(runtime_); !started.ok()) return started;
  events_.Generate(container, ContainerEventType::kStarted);
  return {};
}

Status RuntimeService::StopContainer(const std::string& id, std::chrono::nanoseconds timeout) {
  const Result<ContainerPointer> found = store_.FindContainer(id);
  if (!found.ok()) return NoContainer(id, found.status());
  StopProcesses({&*found, 1}, timeout);
  return {};
}

// Upstream stops them one by one in as many goroutines; the time-outs run at the same time here as well.
void RuntimeService::StopProcesses(std::span<const ContainerPointer> containers,
                                   std::chrono::nanoseconds timeout) {
  if (timeout > std::chrono::nanoseconds(0)) {
    for (const ContainerPointer& each : containers) Send(*each, Signal::kTerm);
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (const ContainerPointer& each : containers) {
      runtime_.WaitForExit(each->id(), deadline - std::chrono::steady_clock::now());
    }
  }
  for (const ContainerPointer& each : containers) {
    Send(*each, Signal::kKill);
    while (!runtime_.WaitForExit(each->id(), std::chrono::seconds(10))) {
    }
    each->Refresh(runtime_);
  }
}

// A process that the runtime does not know has ended, which is all that is wanted.
void RuntimeService::Send(const ManagedContainer& container, Signal signal) {
  static_cast<void>(runtime_.Kill(container.id(), signal));
}

Status RuntimeService::RemoveContainer(const std::string& id) {
  const Result<ContainerPointer> found = store_.FindContainer(id);
  if (!found.ok()) return NoContainer(id, found.status());
  StopProcesses({&*found, 1}, options_.stop_timeout);
  return Forget(**found, Deletion::kTold);
}

Status RuntimeService::Forget(ManagedContainer& container, Deletion deletion) {
  const std::unique_lock<std::mutex> order = events_.KeepOrder(container);
  // The exit monitor may not have come to it yet, and will not find it any more.
  if (order.owns_lock()) events_.GenerateStopped(container);
  const Status deleted = runtime_.Delete(container.id());
  if (!deleted.ok() && deleted.code() != Code::kNotFound) return deleted;
  const bool was_there = store_.Remove(container);
  if (was_there && deletion == Deletion::kTold) {
    events_.Generate(container, ContainerEventType::kDeleted);
  }
  return {};
}

Result<ContainerStatus> RuntimeService::GetContainerStatus(const std::string& id) {
  const Result<ContainerPointer> found = store_.FindContainer(id);
  if (!found.ok()) return NoContainer(id, found.status());
  (*found)->Refresh(runtime_);
  return (*found)->Describe();
}

std::vector<Container> RuntimeService::ListContainers(const ContainerFilter& filter) {
  std::vector<Container> matching;
  for (const ContainerPointer& each : store_.Containers()) {
    each->Refresh(runtime_);
    Container summary = each->Summarize();
    if (!summary.id.starts_with(filter.id)) continue;
    if (!summary.pod_sandbox_id.starts_with(filter.pod_sandbox_id)) continue;
    if (filter.state && summary.state != *filter.state) continue;
    if (!Selects(filter.label_selector, summary.labels)) continue;
    matching.push_back(std::move(summary));
  }
  return matching;
}

Status RuntimeService::PauseContainer(const std::string& id) {
  const Result<ContainerPointer> found = store_.FindContainer(id);
  if (!found.ok()) return NoContainer(id, found.status());
  return runtime_.Pause((*found)->id());
}

Status RuntimeService::UnpauseContainer(const std::string& id) {
  const Result<ContainerPointer> found = store_.FindContainer(id);
  if (!found.ok()) return NoContainer(id, found.status());
  return runtime_.Resume((*found)->id());
}

}  // namespace crio
