// One node's way to the others.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "systems/olric/member.h"
#include "systems/olric/transport.h"

namespace olric {

// Thread-safe. What a node sends to itself is carried out at once, by the caller.
class Peers {
 public:
  Peers(Transport* transport, std::string address, std::chrono::nanoseconds timeout, Handler* local)
      : transport_(transport), address_(std::move(address)), timeout_(timeout), local_(local) {}

  [[nodiscard]] std::shared_ptr<PendingCall> Send(const Member& to, Command command) const {
    if (to.name != address_) return transport_->Send(address_, to.name, std::move(command));
    auto pending = std::make_shared<PendingCall>();
    pending->Complete(local_->Handle(command));
    return pending;
  }

  [[nodiscard]] Reply Wait(const PendingCall& pending) const { return pending.Wait(timeout_); }

  [[nodiscard]] Reply Call(const Member& to, Command command) const {
    return Wait(*Send(to, std::move(command)));
  }

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  Transport* const transport_;
  const std::string address_;
  const std::chrono::nanoseconds timeout_;
  Handler* const local_;
};

}  // namespace olric
