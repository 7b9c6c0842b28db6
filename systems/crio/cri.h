// The part of the container runtime interface (package runtime.v1) that this server speaks: what goes over the wire, with
// the names that the interface gives it. Plain values; enumerators have the numbers of the protocol. Times are
// nanoseconds since 1970.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crio {

using Labels = std::map<std::string, std::string>;

// --- pod sandboxes

enum class PodSandboxState : uint8_t { kReady = 0, kNotReady = 1 };
enum class NamespaceMode : uint8_t { kPod = 0, kContainer = 1, kNode = 2, kTarget = 3 };

struct NamespaceOption {
  NamespaceMode network = NamespaceMode::kPod;
  NamespaceMode pid = NamespaceMode::kPod;
  NamespaceMode ipc = NamespaceMode::kPod;
  std::string target_id;
};

struct PodSandboxMetadata {
  std::string name;
  std::string uid;
  std::string name_space;
  uint32_t attempt = 0;
};

struct PodSandboxConfig {
  PodSandboxMetadata metadata;
  std::string hostname;
  std::string log_directory;
  Labels labels;
  Labels annotations;
  NamespaceOption namespace_options;
};

struct PodSandboxNetworkStatus {
  std::string ip;
  std::vector<std::string> additional_ips;
};

struct PodSandboxStatus {
  std::string id;
  PodSandboxMetadata metadata;
  PodSandboxState state = PodSandboxState::kReady;
  int64_t created_at = 0;
  PodSandboxNetworkStatus network;
  NamespaceOption namespace_options;
  Labels labels;
  Labels annotations;
  std::string runtime_handler;
};

struct PodSandbox {
  std::string id;
  PodSandboxMetadata metadata;
  PodSandboxState state = PodSandboxState::kReady;
  int64_t created_at = 0;
  Labels labels;
  Labels annotations;
  std::string runtime_handler;
};

struct PodSandboxFilter {
  std::string id;  // may be a prefix; "" is any
  std::optional<PodSandboxState> state;
  Labels label_selector;
};

// --- containers

enum class ContainerState : uint8_t { kCreated = 0, kRunning = 1, kExited = 2, kUnknown = 3 };
enum class MountPropagation : uint8_t { kPrivate = 0, kHostToContainer = 1, kBidirectional = 2 };

struct ContainerMetadata {
  std::string name;
  uint32_t attempt = 0;
};

struct ImageSpec {
  std::string image;
  Labels annotations;
  std::string user_specified_image;
};

struct Mount {
  std::string container_path;
  std::string host_path;
  bool readonly = false;
  bool selinux_relabel = false;
  MountPropagation propagation = MountPropagation::kPrivate;
};

struct ContainerConfig {
  ContainerMetadata metadata;
  ImageSpec image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::vector<Mount> mounts;
  Labels labels;
  Labels annotations;
  std::string log_path;
};

struct ContainerStatus {
  std::string id;
  ContainerMetadata metadata;
  ContainerState state = ContainerState::kCreated;
  int64_t created_at = 0;
  int64_t started_at = 0;
  int64_t finished_at = 0;
  int32_t exit_code = 0;
  ImageSpec image;
  std::string image_ref;
  std::string reason;
  std::string message;
  Labels labels;
  Labels annotations;
  std::vector<Mount> mounts;
  std::string log_path;
};

struct Container {
  std::string id;
  std::string pod_sandbox_id;
  ContainerMetadata metadata;
  ImageSpec image;
  std::string image_ref;
  ContainerState state = ContainerState::kCreated;
  int64_t created_at = 0;
  Labels labels;
  Labels annotations;
};

struct ContainerFilter {
  std::string id;  // may be a prefix; "" is any
  std::optional<ContainerState> state;
  std::string pod_sandbox_id;
  Labels label_selector;
};

// --- events and the rest

enum class ContainerEventType : uint8_t { kCreated = 0, kStarted = 1, kStopped = 2, kDeleted = 3 };

// "CONTAINER_CREATED_EVENT" and so on.
[[nodiscard]] std::string_view ContainerEventTypeName(ContainerEventType type);

struct ContainerEventResponse {
  std::string container_id;  // that of the sandbox for its own events
  ContainerEventType container_event_type = ContainerEventType::kCreated;
  int64_t created_at = 0;
  PodSandboxStatus pod_sandbox_status;
  std::vector<ContainerStatus> containers_statuses;
};

struct PodSandboxStatusResponse {
  PodSandboxStatus status;
  std::vector<ContainerStatus>
      containers_statuses;  // only if events are enabled, as the time stamp
  int64_t timestamp = 0;
};

struct VersionResponse {
  std::string version;
  std::string runtime_name;
  std::string runtime_version;
  std::string runtime_api_version;
};

struct RuntimeCondition {
  std::string type;
  bool status = false;
  std::string reason;
  std::string message;
};

}  // namespace crio
