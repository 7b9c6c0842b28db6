// See service.h. Pods are in service_pods.cc, containers in service_containers.cc.
#include "systems/crio/service.h"

#include <array>
#include <utility>

namespace crio {

Result<bool> ParseEnablePodEvents(std::string_view value) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (value == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (value == no) return false;
  }
  return Status(Code::kInvalidArgument,
                "enable_pod_events: not a boolean: \"" + std::string(value) + "\"");
}

RuntimeService::RuntimeService(ServiceOptions options, OciRuntime& runtime,
                               const systems::Clock& clock)
    : options_(std::move(options)),
      runtime_(runtime),
      clock_(clock),
      broadcaster_(Broadcaster::Make(options_.events)),
      events_({store_, runtime_, *broadcaster_, clock_}, options_.enable_pod_events,
              options_.events.design == Design::kFixed),
      next_id_(options_.id_seed),
      exit_monitor_([this](const std::string& id) { HandleExit(id); }) {
  runtime_.SetExitListener([this](const std::string& id) { exit_monitor_.Notice(id); });
}

RuntimeService::~RuntimeService() { runtime_.SetExitListener({}); }

VersionResponse RuntimeService::Version() const {
  return {.version = "0.1.0",
          .runtime_name = "cri-o",
          .runtime_version = "1.28.9",
          .runtime_api_version = "v1"};
}

std::vector<RuntimeCondition> RuntimeService::RuntimeStatus() const {
  const std::lock_guard lock(shutdown_mutex_);
  RuntimeCondition ready{
      .type = "RuntimeReady", .status = !is_shut_down_, .reason = {}, .message = {}};
  if (is_shut_down_) ready.reason = "RuntimeIsShutDown";
  return {ready, {.type = "NetworkReady", .status = true, .reason = {}, .message = {}}};
}

Status RuntimeService::GetContainerEvents(EventStream& stream) {
  if (!events_.enabled()) return {};
  return broadcaster_->Serve(stream);
}

void RuntimeService::Shutdown() {
  {
    const std::lock_guard lock(shutdown_mutex_);
    is_shut_down_ = true;
    exit_monitor_.Stop();
  }
  if (events_.enabled()) broadcaster_->Shutdown();
}

void RuntimeService::HandleExit(const std::string& id) {
  const Result<ContainerPointer> container = store_.FindContainer(id);
  const Result<SandboxPointer> sandbox = store_.FindSandbox(id);
  // Removed in the meantime: whoever removed it told of its end.
  if (!container.ok() && !sandbox.ok()) return;
  ManagedContainer& ended = container.ok() ? **container : *(*sandbox)->infra;
  const std::unique_lock<std::mutex> order = events_.KeepOrder(ended);
  ended.Refresh(runtime_);
  events_.GenerateStopped(ended);
}

std::string RuntimeService::NewId() {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::lock_guard lock(id_mutex_);
  std::string id;
  for (int word = 0; word < 4; ++word) {
    // SplitMix64: well spread, and another one each time.
    uint64_t bits = next_id_ += 0x9E3779B97F4A7C15;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
    bits ^= bits >> 31;
    for (int digit = 0; digit < 16; ++digit, bits >>= 4) id += kDigits[bits & 15];
  }
  return id;
}

int64_t RuntimeService::NowNanoseconds() const {
  return std::chrono::nanoseconds(clock_.Now().time_since_epoch()).count();
}

}  // namespace crio
