// See node.h.
#include "systems/olric/node.h"

#include <chrono>
#include <utility>

namespace olric {

Node::Node(Config config, Transport* transport, std::unique_ptr<Discovery> discovery,
           const systems::Clock* clock)
    : config_(std::move(config)),
      transport_(transport),
      clock_(clock),
      discovery_(std::move(discovery)) {}

Status Node::Start() {
  if (Status status = Validate(config_); !status.ok()) return status;
  Result<std::unique_ptr<Endpoint>> endpoint = transport_->Bind(config_.bind_address);
  if (!endpoint.ok()) return endpoint.status();
  endpoint_ = std::move(*endpoint);
  const auto now = clock_->Now().time_since_epoch();
  self_ = MakeMember(endpoint_->address(),
                     std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  NodeParts parts = {config_, *clock_, *transport_, *discovery_, *endpoint_, self_, services_};
  return config_.design.start(parts);
}

void Node::Shutdown() {
  // First the others learn that it goes, then it stops answering.
  discovery_->Leave();
  if (services_ != nullptr) services_->End();
  if (endpoint_ != nullptr) endpoint_->Close();
}

}  // namespace olric
