// See cri.h.
#include "systems/crio/cri.h"

namespace crio {

std::string_view ContainerEventTypeName(ContainerEventType type) {
  switch (type) {
    case ContainerEventType::kCreated:
      return "CONTAINER_CREATED_EVENT";
    case ContainerEventType::kStarted:
      return "CONTAINER_STARTED_EVENT";
    case ContainerEventType::kStopped:
      return "CONTAINER_STOPPED_EVENT";
    case ContainerEventType::kDeleted:
      return "CONTAINER_DELETED_EVENT";
  }
  return "UNKNOWN";
}

}  // namespace crio
