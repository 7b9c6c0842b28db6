// The runtime service: pod sandboxes and containers, their states, and the stream of their events. What a transport puts on
// the wire for the methods of runtime.v1.RuntimeService that are here (README.md lists those that are not).
//
// Life of a pod:        RunPodSandbox -> ready -> StopPodSandbox (or its infra process ends) -> not ready -> RemovePodSandbox
// Life of a container:  CreateContainer -> created -> StartContainer -> running -> StopContainer, or it ends by itself ->
//                       exited -> RemoveContainer. A container can be stopped and removed in any state.
//
// Events (if they are enabled):
//   STARTED  end of RunPodSandbox (with the sandbox's id); StartContainer
//   CREATED  end of CreateContainer
//   STOPPED  a process ended, whatever the reason; StopPodSandbox of a sandbox without an infra process
//   DELETED  end of RemoveContainer; not for what RemovePodSandbox removes
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "systems/base/clock.h"
#include "systems/crio/broadcaster.h"
#include "systems/crio/event_generator.h"
#include "systems/crio/event_stream.h"
#include "systems/crio/exit_monitor.h"
#include "systems/crio/oci_runtime.h"
#include "systems/crio/store.h"

namespace crio {

struct ServiceOptions {
  bool enable_pod_events = false;  // upstream's default
  // No process for the infra container of a sandbox.
  bool drop_infra_ctr = true;
  // How long removals and StopPodSandbox wait for a process to heed SIGTERM.
  std::chrono::nanoseconds stop_timeout = std::chrono::seconds(10);
  uint64_t id_seed = 1;
  BroadcasterOptions events;
};

// The value of `enable_pod_events` as a configuration file or the environment has it: what Go takes for a boolean.
// InvalidArgument for anything else.
[[nodiscard]] Result<bool> ParseEnablePodEvents(std::string_view value);

// Thread-safe. Calls must have returned before it is destroyed.
class RuntimeService {
 public:
  // `runtime` and `clock` must live as long as this.
  RuntimeService(ServiceOptions options, OciRuntime& runtime,
                 const systems::Clock& clock = systems::Clock::System());
  RuntimeService(const RuntimeService&) = delete;
  RuntimeService& operator=(const RuntimeService&) = delete;
  ~RuntimeService();

  [[nodiscard]] VersionResponse Version() const;
  // The conditions RuntimeReady and NetworkReady; the first is false after Shutdown.
  [[nodiscard]] std::vector<RuntimeCondition> RuntimeStatus() const;

  // --- pods (service_pods.cc). Ids may be abbreviated.

  // Returns the id of the new sandbox. InvalidArgument without a name; Unknown if a sandbox of the same metadata is there.
  Result<std::string> RunPodSandbox(const PodSandboxConfig& config,
                                    const std::string& runtime_handler = "");
  // Stops all containers. Success for a sandbox that is unknown or was stopped; InvalidArgument for an empty id; Unknown for
  // one that is not created yet. After it no container can be created in it.
  Status StopPodSandbox(const std::string& id);
  // Stops it if need be, and removes it with its containers. Errors as StopPodSandbox.
  Status RemovePodSandbox(const std::string& id);
  // NotFound also for one that is not created yet.
  [[nodiscard]] Result<PodSandboxStatusResponse> GetPodSandboxStatus(const std::string& id);
  [[nodiscard]] std::vector<PodSandbox> ListPodSandbox(const PodSandboxFilter& filter = {});

  // --- containers (service_containers.cc). Ids may be abbreviated; unknown ones are NotFound.

  // Returns the id of the new container. InvalidArgument without a name; Unknown if the sandbox was stopped, or one of the
  // same metadata is in it.
  Result<std::string> CreateContainer(const std::string& sandbox_id, const ContainerConfig& config);
  // Unknown if it is not in state created; or the error of the runtime.
  Status StartContainer(const std::string& id);
  // Sends SIGTERM and, when the process has not ended after `timeout`, SIGKILL (at once for 0). Returns when it has ended.
  // Success for one that is not running any more.
  Status StopContainer(const std::string& id, std::chrono::nanoseconds timeout);
  // Stops it if need be.
  Status RemoveContainer(const std::string& id);
  [[nodiscard]] Result<ContainerStatus> GetContainerStatus(const std::string& id);
  [[nodiscard]] std::vector<Container> ListContainers(const ContainerFilter& filter = {});
  // Paused counts as running in all statuses.
  Status PauseContainer(const std::string& id);
  Status UnpauseContainer(const std::string& id);

  // --- events

  // Serves one client until its subscription is over (see Broadcaster::Serve). Success at once if events are disabled.
  Status GetContainerEvents(EventStream& stream);
  // Waits until `count` clients have subscribed, all those counted that are gone again.
  void WaitForSubscribers(size_t count) { broadcaster_->WaitForSubscribers(count); }
  [[nodiscard]] BroadcasterStats event_stats() const { return broadcaster_->stats(); }

  // Handles the exits that happened so far, then ends all calls of GetContainerEvents (see Broadcaster::Shutdown). Other
  // calls work on, without events. kFixed: may be called again, also at the same time.
  void Shutdown();

 private:
  enum class Deletion { kTold, kSilent };

  [[nodiscard]] std::string NewId();
  [[nodiscard]] int64_t NowNanoseconds() const;
  void HandleExit(const std::string& id);

  Status StartInfra(ManagedSandbox& sandbox);
  Status StopSandbox(ManagedSandbox& sandbox);
  // Signals all, waits for all, kills the rest. Returns when all processes have ended.
  void StopProcesses(std::span<const ContainerPointer> containers,
                     std::chrono::nanoseconds timeout);
  void Send(const ManagedContainer& container, Signal signal);
  // Removes a container whose process has ended.
  Status Forget(ManagedContainer& container, Deletion deletion);

  const ServiceOptions options_;
  OciRuntime& runtime_;
  const systems::Clock& clock_;
  Store store_;
  const std::unique_ptr<Broadcaster> broadcaster_;
  EventGenerator events_;
  std::mutex id_mutex_;
  uint64_t next_id_;            // guarded by id_mutex_
  uint64_t sandbox_count_ = 0;  // guarded by id_mutex_
  mutable std::mutex shutdown_mutex_;
  bool is_shut_down_ = false;  // guarded by shutdown_mutex_
  ExitMonitor exit_monitor_;   // last: its thread uses the rest
};

}  // namespace crio
