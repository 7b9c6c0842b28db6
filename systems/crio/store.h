// The server's own record of pod sandboxes and containers: found by id or by a unique beginning of it, named once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "systems/base/registry.h"
#include "systems/crio/cri.h"
#include "systems/crio/oci_runtime.h"
#include "systems/crio/status.h"

namespace crio {

// A container, from its creation to its removal. Thread-safe.
//
// Locks are taken in this order: ManagedSandbox::stop_mutex, ManagedContainer::order_mutex,
// ManagedSandbox::generate_mutex, ManagedContainer::state_mutex_.
class ManagedContainer {
 public:
  struct Identity {
    std::string id;
    std::string sandbox_id;
    std::string name;  // unique among all containers
    ContainerConfig config;
    int64_t created_at = 0;
    bool spoofed = false;  // stands for the infra container of a sandbox, without a process
  };

  explicit ManagedContainer(Identity identity) : identity_(std::move(identity)) {}
  ManagedContainer(const ManagedContainer&) = delete;
  ManagedContainer& operator=(const ManagedContainer&) = delete;

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] const std::string& id() const { return identity_.id; }

  // Starts the process. Unknown unless it is in state created.
  Status Start(OciRuntime& runtime);
  // Asks the runtime for the state of the process, which never goes back. A process that the runtime does not know, and
  // that did not stop, has stopped in a way that nobody knows.
  void Refresh(OciRuntime& runtime);

  // As of the last refresh.
  [[nodiscard]] RuntimeState state() const;
  [[nodiscard]] ContainerStatus Describe() const;
  [[nodiscard]] Container Summarize() const;

  // Held from a change of the container to the event that tells it, so that events come in the order of changes. Not used
  // as reported.
  std::mutex order_mutex;
  // Set by whoever generates the event that this container has stopped.
  std::atomic<bool> stop_told = false;

 private:
  void RefreshLocked(OciRuntime& runtime);

  const Identity identity_;
  mutable std::mutex state_mutex_;
  RuntimeState state_;  // guarded by state_mutex_
};

using ContainerPointer = std::shared_ptr<ManagedContainer>;

// A pod sandbox, from the request to run it to its removal. Thread-safe.
class ManagedSandbox {
 public:
  struct Identity {
    std::string id;
    std::string name;  // unique among all sandboxes
    PodSandboxConfig config;
    std::string runtime_handler;
    std::string ip;
    int64_t created_at = 0;
  };

  ManagedSandbox(Identity identity, ContainerPointer infra_container)
      : infra(std::move(infra_container)), identity_(std::move(identity)) {}
  ManagedSandbox(const ManagedSandbox&) = delete;
  ManagedSandbox& operator=(const ManagedSandbox&) = delete;

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] const std::string& id() const { return identity_.id; }

  [[nodiscard]] PodSandboxStatus Describe() const;
  [[nodiscard]] PodSandbox Summarize() const;

  // Has the id of the sandbox.
  const ContainerPointer infra;
  // RunPodSandbox is done with it; before that most requests do as if it were not there.
  std::atomic<bool> created = false;
  // Changed under stop_mutex only.
  std::atomic<bool> stopped = false;
  // Shared: a container is being created. Exclusive: the sandbox is being stopped or removed.
  std::shared_mutex stop_mutex;
  // Held while an event of this pod is put together and published: no event shows an older state than the one before. Not
  // used as reported.
  std::mutex generate_mutex;

 private:
  [[nodiscard]] PodSandboxState State() const;

  const Identity identity_;
};

using SandboxPointer = std::shared_ptr<ManagedSandbox>;

// Thread-safe. Ids may be abbreviated: NotFound for unknown ones, InvalidArgument for "" and for ambiguous ones.
class Store {
 public:
  // Names are given once, and returned by the removal of what has them. False if the name is taken.
  [[nodiscard]] bool ReserveName(const std::string& name);
  void ReleaseName(const std::string& name);

  void Add(const SandboxPointer& sandbox);
  void Add(const ContainerPointer& container);
  // False if somebody else removed it. Releases the name.
  bool Remove(const ManagedSandbox& sandbox);
  bool Remove(const ManagedContainer& container);

  [[nodiscard]] Result<SandboxPointer> FindSandbox(std::string_view id) const;
  [[nodiscard]] Result<ContainerPointer> FindContainer(std::string_view id) const;

  // In the order of ids.
  [[nodiscard]] std::vector<SandboxPointer> Sandboxes() const;
  [[nodiscard]] std::vector<ContainerPointer> Containers() const;
  [[nodiscard]] std::vector<ContainerPointer> ContainersOf(const ManagedSandbox& sandbox) const;

 private:
  systems::Registry<std::string, SandboxPointer> sandboxes_;
  systems::Registry<std::string, ContainerPointer> containers_;  // without infra containers
  std::mutex names_mutex_;
  std::set<std::string> names_;  // guarded by names_mutex_
};

}  // namespace crio
