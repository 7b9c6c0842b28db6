// See event_generator.h.
#include "systems/crio/event_generator.h"

#include <chrono>
#include <utility>

namespace crio {

void EventGenerator::Generate(ManagedContainer& container, ContainerEventType type) {
  if (!enabled_) return;
  container.Refresh(sources_.runtime);
  const Result<SandboxPointer> sandbox =
      sources_.store.FindSandbox(container.identity().sandbox_id);
  if (!sandbox.ok() || !(*sandbox)->created) return;
  const std::unique_lock<std::mutex> one_after_the_other = Locked((*sandbox)->generate_mutex);
  ContainerEventResponse event;
  event.container_id = container.id();
  event.container_event_type = type;
  event.created_at = std::chrono::nanoseconds(sources_.clock.Now().time_since_epoch()).count();
  event.pod_sandbox_status = (*sandbox)->Describe();
  event.containers_statuses = ContainersOfPod(**sandbox);
  sources_.broadcaster.Publish(std::move(event));
}

void EventGenerator::GenerateStopped(ManagedContainer& container) {
  if (!container.stop_told.exchange(true)) Generate(container, ContainerEventType::kStopped);
}

std::vector<ContainerStatus> EventGenerator::ContainersOfPod(const ManagedSandbox& sandbox) const {
  std::vector<ContainerStatus> statuses;
  for (const ContainerPointer& each : sources_.store.Containers()) {
    const Labels& labels = each->identity().config.labels;
    const auto uid = labels.find(kPodUidLabel);
    if (uid == labels.end() || uid->second != sandbox.identity().config.metadata.uid) continue;
    each->Refresh(sources_.runtime);
    statuses.push_back(each->Describe());
  }
  return statuses;
}

}  // namespace crio
