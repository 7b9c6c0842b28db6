// What a node does for others: the handler of all commands, and the work that a node does by itself. Made for one stay in
// the cluster: a Joined is needed to make it, so there is none before the node has joined.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "systems/base/periodic.h"
#include "systems/olric/balancer.h"
#include "systems/olric/context.h"
#include "systems/olric/coordinator.h"
#include "systems/olric/dmaps.h"
#include "systems/olric/pubsub.h"

namespace olric {

// What a node has before it joins.
struct NodeParts {
  const Config& config;
  const systems::Clock& clock;
  Transport& transport;
  Discovery& discovery;
  Endpoint& endpoint;
  const Member& self;                         // as it will be known
  std::unique_ptr<class Services>& services;  // made by Design::start
};

// Thread-safe, but for Begin() and End(), which one thread calls.
class Services final : public Handler {
 public:
  Services(const NodeParts& parts, const Joined& joined);
  // As reported only: a node that serves first and learns later who it is.
  Services(const NodeParts& parts, BeforeJoining);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;
  ~Services() { End(); }

  // Carries out any command, of a client or of another node.
  Reply Handle(const Command& command) override;

  // Takes part from now on: follows the changes of the cluster, pushes the routing table if it is the oldest, and does
  // everything that has an interval.
  void Begin(const Joined& joined);

  // Ends what Begin() began and lets go who waits here. Commands that still come are answered or refused. May be called again.
  void End();

  [[nodiscard]] RoutingTable& table() { return table_; }
  [[nodiscard]] Coordinator& coordinator() { return coordinator_; }
  [[nodiscard]] Balancer& balancer() { return balancer_; }
  [[nodiscard]] DMaps& dmaps() { return dmaps_; }
  [[nodiscard]] PubSub& pubsub() { return pubsub_; }
  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] Partitions& data() { return data_; }

 private:
  struct Row;  // of the table of commands
  static std::span<const Row> Commands();

  template <typename Identity>
  Services(const NodeParts& parts, const Identity& identity, int);

  Reply Dispatch(const Invocation& invocation);
  [[nodiscard]] Status Operable() const;

  // Commands that are not of the maps. (services_cluster.cc)
  Reply Forwarded(const Invocation& invocation);
  Reply UpdateRouting(const Invocation& invocation);
  Reply LengthOfPart(const Invocation& invocation);
  Reply MoveFragment(const Invocation& invocation);
  Reply ShowRoutingTable(const Invocation& invocation);
  Reply ShowMembers(const Invocation& invocation);
  Reply Stats(const Invocation& invocation);
  Reply Publish(const Invocation& invocation);
  Reply PublishHere(const Invocation& invocation);
  Reply AskPubSub(const Invocation& invocation);
  Reply Ping(const Invocation& invocation);

  void Adopt(const Joined& joined);
  void FollowCluster();
  void PublishClusterEvent(const ClusterEvent& event);
  [[nodiscard]] LeftOver ReportLeftOver() const;
  size_t PublishEverywhere(const std::string& channel, const std::string& payload);

  const Config& config_;
  Discovery& discovery_;
  const systems::Clock::Time started_;

  Members members_;
  Counters counters_;
  Peers peers_;
  RoutingTable table_;
  Partitions data_;
  const Context context_;  // of the above; the rest is made of it
  Coordinator coordinator_;
  Balancer balancer_;
  DMaps dmaps_;
  PubSub pubsub_{&counters_};

  // How many members there are; 0 as long as this node does not take part. Publishes nothing else.
  std::atomic<size_t> member_count_{0};
  std::thread follower_;
  std::vector<std::unique_ptr<systems::Periodic>> periodic_;
};

}  // namespace olric
