// One member of a cluster: its life from Start() to Shutdown().
//
//   new --Start()--> binds its address, joins, serves --Shutdown()--> gone
//                      |
//                      +-- cannot join --> gone; who sent it something meanwhile is refused
#pragma once

#include <memory>
#include <string>

#include "systems/olric/services.h"

namespace olric {

// Start(), Shutdown() and the destructor are called by one thread; the rest is thread-safe between the two.
class Node {
 public:
  // What it is given must outlive it. `discovery` has not joined yet.
  Node(Config config, Transport* transport, std::unique_ptr<Discovery> discovery,
       const systems::Clock* clock);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() { Shutdown(); }

  // Joins the cluster and serves. INVALIDARGUMENT for a wrong configuration, ERR if the address is taken, CLUSTERJOIN if
  // the cluster does not take it. Once only.
  [[nodiscard]] Status Start();

  // Leaves the cluster and ends; what is being answered is answered. Data that has no replica is lost. May be called again.
  void Shutdown();

  // Carries out a command as if a client had sent it. REQUIRES: Start() succeeded.
  Reply Execute(const Command& command) { return services_->Handle(command); }

  // "host:port". REQUIRES: Start() succeeded.
  [[nodiscard]] const std::string& address() const { return self_.name; }
  [[nodiscard]] const Member& self() const { return self_; }

  // REQUIRES (all of these): Start() succeeded.
  [[nodiscard]] uint64_t owned_partition_count() {
    return services_->table().owned_partition_count();
  }
  [[nodiscard]] RoutingTable& table() { return services_->table(); }
  [[nodiscard]] PubSub& pubsub() { return services_->pubsub(); }
  [[nodiscard]] Counters& counters() { return services_->counters(); }
  [[nodiscard]] Partitions& data() { return services_->data(); }

  // What is otherwise done at intervals, done now.
  bool PushRoutingTable() { return services_->coordinator().Push(); }
  size_t Balance() { return services_->balancer().Run(); }
  size_t Evict() { return services_->dmaps().EvictSample(); }

 private:
  const Config config_;
  Transport* const transport_;
  const systems::Clock* const clock_;
  const std::unique_ptr<Discovery> discovery_;
  std::unique_ptr<Endpoint> endpoint_;
  Member self_;
  std::unique_ptr<Services> services_;
};

}  // namespace olric
