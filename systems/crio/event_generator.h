// Puts events together: what happened to which container, and what its pod looks like now.
#pragma once

#include <mutex>

#include "systems/base/clock.h"
#include "systems/crio/broadcaster.h"
#include "systems/crio/oci_runtime.h"
#include "systems/crio/store.h"

namespace crio {

// The label that says to which pod a container belongs, and by which its status gets into the pod's events.
inline constexpr char kPodUidLabel[] = "io.kubernetes.pod.uid";

// Thread-safe.
class EventGenerator {
 public:
  struct Sources {
    Store& store;
    OciRuntime& runtime;
    Broadcaster& broadcaster;
    const systems::Clock& clock;
  };

  // Does nothing at all unless `enabled`. `keeps_order` is the second difference between the designs: without it, the event
  // that a short-lived container has stopped can come before the one that it was started, because nothing lies between the
  // start and its event that would keep the exit monitor from being faster.
  EventGenerator(Sources sources, bool enabled, bool keeps_order)
      : sources_(sources), enabled_(enabled), keeps_order_(keeps_order) {}

  // To be held from a change of the container until the event that tells of it. Holds nothing unless order is kept.
  [[nodiscard]] std::unique_lock<std::mutex> KeepOrder(ManagedContainer& container) const {
    return Locked(container.order_mutex);
  }

  // Asks the runtime for the container's state and publishes the event with it. Nothing is published for a container whose
  // sandbox is not known, or not yet created.
  void Generate(ManagedContainer& container, ContainerEventType type);

  // The same for the end of a process, of which there is one event only, whoever is first.
  void GenerateStopped(ManagedContainer& container);

  [[nodiscard]] bool enabled() const { return enabled_; }

  // The containers that belong to the sandbox by their label.
  [[nodiscard]] std::vector<ContainerStatus> ContainersOfPod(const ManagedSandbox& sandbox) const;

 private:
  [[nodiscard]] std::unique_lock<std::mutex> Locked(std::mutex& mutex) const {
    return keeps_order_ ? std::unique_lock(mutex) : std::unique_lock<std::mutex>();
  }

  const Sources sources_;
  const bool enabled_;
  const bool keeps_order_;
};

}  // namespace crio
