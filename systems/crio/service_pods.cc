// Pod sandboxes. See service.h.
#include <utility>

#include "systems/crio/match.h"
#include "systems/crio/service.h"

namespace crio {
namespace {

std::string NameOf(const PodSandboxMetadata& pod) {
  return "k8s_POD_" + pod.name + "_" + pod.name_space + "_" + pod.uid + "_" +
         std::to_string(pod.attempt);
}

std::string AddressOf(uint64_t number) {
  return "10.85." + std::to_string(number / 254 % 256) + "." + std::to_string(number % 254 + 1);
}

}  // namespace

Result<std::string> RuntimeService::RunPodSandbox(const PodSandboxConfig& config,
                                                  const std::string& runtime_handler) {
  if (config.metadata.name.empty()) {
    return Status(Code::kInvalidArgument, "PodSandboxConfig.Metadata.Name should not be empty");
  }
  const std::string name = NameOf(config.metadata);
  if (!store_.ReserveName(name)) {
    return Status(Code::kUnknown, "pod sandbox name is reserved: " + name);
  }
  const std::string id = NewId();
  uint64_t number = 0;
  {
    const std::lock_guard lock(id_mutex_);
    number = sandbox_count_++;
  }
  const int64_t now = NowNanoseconds();
  const auto infra = std::make_shared<ManagedContainer>(
      ManagedContainer::Identity{.id = id,
                                 .sandbox_id = id,
                                 .name = name,
                                 .config = {.metadata = {.name = "POD"}},
                                 .created_at = now,
                                 .spoofed = options_.drop_infra_ctr});
  const auto sandbox =
      std::make_shared<ManagedSandbox>(ManagedSandbox::Identity{.id = id,
                                                                .name = name,
                                                                .config = config,
                                                                .runtime_handler = runtime_handler,
                                                                .ip = AddressOf(number),
                                                                .created_at = now},
                                       infra);
  store_.Add(sandbox);
  const std::unique_lock<std::mutex> order = events_.KeepOrder(*infra);
  if (const Status started = StartInfra(*sandbox); !started.ok()) {
    store_.Remove(*sandbox);
    return started;
  }
  sandbox->created = true;
  events_.Generate(*infra, ContainerEventType::kStarted);
  return id;
}

Status RuntimeService::StartInfra(ManagedSandbox& sandbox) {
  if (sandbox.infra->identity().spoofed) return {};
  if (Status created = runtime_.Create(sandbox.id(), sandbox.infra->identity().config);
      !created.ok()) {
    return created;
  }
  Status started = sandbox.infra->Start(runtime_);
  if (!started.ok()) {
    StopProcesses({&sandbox.infra, 1}, std::chrono::nanoseconds(0));
    if (Status deleted = runtime_.Delete(sandbox.id()); !deleted.ok()) return deleted;
  }
  return started;
}

Status RuntimeService::StopPodSandbox(const std::string& id) {
  const Result<SandboxPointer> sandbox = store_.FindSandbox(id);
  if (!sandbox.ok()) {
    return sandbox.status().code() == Code::kNotFound ? Status() : sandbox.status();
  }
  return StopSandbox(**sandbox);
}

Status RuntimeService::StopSandbox(ManagedSandbox& sandbox) {
  if (!sandbox.created) {
    return {Code::kUnknown, "sandbox " + sandbox.id() + " is not created yet"};
  }
  const std::lock_guard lock(sandbox.stop_mutex);
  if (sandbox.stopped) return {};
  StopProcesses(store_.ContainersOf(sandbox), options_.stop_timeout);
  const bool spoofed = sandbox.infra->identity().spoofed;
  if (!spoofed) StopProcesses({&sandbox.infra, 1}, options_.stop_timeout);
  const std::unique_lock<std::mutex> order = events_.KeepOrder(*sandbox.infra);
  sandbox.stopped = true;
  // The end of a process is told by the exit monitor; here there is none.
  if (spoofed) events_.GenerateStopped(*sandbox.infra);
  return {};
}

Status RuntimeService::RemovePodSandbox(const std::string& id) {
  const Result<SandboxPointer> found = store_.FindSandbox(id);
  if (!found.ok()) {
    return found.status().code() == Code::kNotFound ? Status() : found.status();
  }
  ManagedSandbox& sandbox = **found;
  if (Status stopped = StopSandbox(sandbox); !stopped.ok()) return stopped;
  const std::lock_guard lock(sandbox.stop_mutex);
  for (const ContainerPointer& each : store_.ContainersOf(sandbox)) {
    if (Status forgotten = Forget(*each, Deletion::kSilent); !forgotten.ok()) return forgotten;
  }
  if (!sandbox.infra->identity().spoofed) {
    if (Status forgotten = Forget(*sandbox.infra, Deletion::kSilent); !forgotten.ok()) {
      return forgotten;
    }
  }
  store_.Remove(sandbox);
  return {};
}

Result<PodSandboxStatusResponse> RuntimeService::GetPodSandboxStatus(const std::string& id) {
  const Result<SandboxPointer> found = store_.FindSandbox(id);
  if (!found.ok() && found.status().code() != Code::kNotFound) return found.status();
  if (!found.ok() || !(*found)->created) {
    return Status(Code::kNotFound,
                  "could not find pod \"" + id + "\": " + found.status().message());
  }
  const ManagedSandbox& sandbox = **found;
  PodSandboxStatusResponse response;
  if (!sandbox.infra->identity().spoofed) sandbox.infra->Refresh(runtime_);
  response.status = sandbox.Describe();
  if (events_.enabled()) {
    response.containers_statuses = events_.ContainersOfPod(sandbox);
    response.timestamp = NowNanoseconds();
  }
  return response;
}

std::vector<PodSandbox> RuntimeService::ListPodSandbox(const PodSandboxFilter& filter) {
  std::vector<PodSandbox> matching;
  for (const SandboxPointer& each : store_.Sandboxes()) {
    if (!each->created) continue;
    PodSandbox summary = each->Summarize();
    if (!summary.id.starts_with(filter.id)) continue;
    if (filter.state && summary.state != *filter.state) continue;
    if (!Selects(filter.label_selector, summary.labels)) continue;
    matching.push_back(std::move(summary));
  }
  return matching;
}

}  // namespace crio
