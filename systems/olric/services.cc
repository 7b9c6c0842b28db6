// See services.h.
#include "systems/olric/services.h"

#include <utility>

namespace olric {

// Handlers get what has the right number of arguments, name included.
struct Services::Row {
  std::string_view name;
  size_t arguments_min;
  size_t arguments_max;
  // Whether it is refused while the cluster is too small, and waits for the first routing table. Not for those through which
  // a node gets its table, and those that do not need one.
  bool needs_cluster;
  Reply (*run)(Services& services, const Invocation& invocation);
};

std::span<const Services::Row> Services::Commands() {
  using S = Services&;
  using I = const Invocation&;
  constexpr size_t kAny = ~size_t{0};
  constexpr int64_t kSecond = 1000;
  static constexpr Row kRows[] = {
      {"DM.PUT", 4, kAny, true, [](S s, I i) { return s.dmaps_.Put(i); }},
      {"DM.GET", 3, 4, true, [](S s, I i) { return s.dmaps_.Get(i); }},
      {"DM.DEL", 3, kAny, true, [](S s, I i) { return s.dmaps_.Delete(i); }},
      {"DM.EXPIRE", 4, 4, true, [](S s, I i) { return s.dmaps_.Expire(i, kSecond); }},
      {"DM.PEXPIRE", 4, 4, true, [](S s, I i) { return s.dmaps_.Expire(i, 1); }},
      {"DM.INCR", 4, 4, true, [](S s, I i) { return s.dmaps_.Increment(i, 1); }},
      {"DM.DECR", 4, 4, true, [](S s, I i) { return s.dmaps_.Increment(i, -1); }},
      {"DM.INCRBYFLOAT", 4, 4, true, [](S s, I i) { return s.dmaps_.IncrementByFloat(i); }},
      {"DM.GETPUT", 4, 5, true, [](S s, I i) { return s.dmaps_.GetPut(i); }},
      {"DM.LOCK", 4, 6, true, [](S s, I i) { return s.dmaps_.Lock(i); }},
      {"DM.UNLOCK", 4, 4, true, [](S s, I i) { return s.dmaps_.Unlock(i); }},
      {"DM.LOCKLEASE", 5, 5, true, [](S s, I i) { return s.dmaps_.Lease(i, kSecond); }},
      {"DM.PLOCKLEASE", 5, 5, true, [](S s, I i) { return s.dmaps_.Lease(i, 1); }},
      {"DM.SCAN", 4, kAny, true, [](S s, I i) { return s.dmaps_.Scan(i); }},
      {"DM.DESTROY", 2, 3, true, [](S s, I i) { return s.dmaps_.Destroy(i); }},
      {"DM.PUTENTRY", 4, 4, false, [](S s, I i) { return s.dmaps_.PutEntry(i); }},
      {"DM.GETENTRY", 3, 4, false, [](S s, I i) { return s.dmaps_.GetEntry(i); }},
      {"DM.DELENTRY", 3, 4, false, [](S s, I i) { return s.dmaps_.DeleteEntry(i); }},
      {"PUBLISH", 3, 3, true, [](S s, I i) { return s.Publish(i); }},
      {"PUBLISH.INTERNAL", 3, 3, false, [](S s, I i) { return s.PublishHere(i); }},
      {"PUBSUB", 2, kAny, true, [](S s, I i) { return s.AskPubSub(i); }},
      {"PING", 1, 2, true, [](S s, I i) { return s.Ping(i); }},
      {"STATS", 1, 2, true, [](S s, I i) { return s.Stats(i); }},
      {"CLUSTER.ROUTINGTABLE", 1, 1, true, [](S s, I i) { return s.ShowRoutingTable(i); }},
      {"CLUSTER.MEMBERS", 1, 1, true, [](S s, I i) { return s.ShowMembers(i); }},
      {"INTERNAL.NODE.FORWARDED", 2, kAny, true, [](S s, I i) { return s.Forwarded(i); }},
      {"INTERNAL.NODE.UPDATEROUTING", 3, 4, false, [](S s, I i) { return s.UpdateRouting(i); }},
      {"INTERNAL.NODE.LENGTHOFPART", 2, 3, false, [](S s, I i) { return s.LengthOfPart(i); }},
      {"INTERNAL.NODE.MOVEFRAGMENT", 2, 2, true, [](S s, I i) { return s.MoveFragment(i); }},
  };
  return kRows;
}

template <typename Identity>
Services::Services(const NodeParts& parts, const Identity& identity, int)
    : config_(parts.config),
      discovery_(parts.discovery),
      started_(parts.clock.Now()),
      peers_(&parts.transport, parts.endpoint.address(), parts.config.call_timeout, this),
      table_(identity, parts.config.partition_count, parts.config.design.handover),
      data_(parts.config.partition_count),
      context_{config_, parts.clock, discovery_, peers_, table_, data_, members_, counters_},
      coordinator_(context_),
      balancer_(context_),
      dmaps_(context_) {}

// The members are there before the first command is: a cluster that is large enough never looks too small.
Services::Services(const NodeParts& parts, const Joined& joined) : Services(parts, joined, 0) {
  Adopt(joined);
}
Services::Services(const NodeParts& parts, BeforeJoining before) : Services(parts, before, 0) {}

Reply Services::Handle(const Command& command) { return Dispatch({command}); }

Reply Services::Dispatch(const Invocation& invocation) {
  counters_.commands_total.Add();
  if (invocation.size() == 0) return Reply::Error(Fail(Code::kError, "empty command"));
  for (const Row& row : Commands()) {
    if (!IsWord(invocation[0], row.name)) continue;
    if (invocation.size() < row.arguments_min || invocation.size() > row.arguments_max) {
      std::string whole;
      for (const std::string& word : invocation.command) whole += (whole.empty() ? "" : " ") + word;
      return Reply::Error(
          Fail(Code::kError, "wrong number of arguments for '" + whole + "' command"));
    }
    if (row.needs_cluster) {
      if (const Status status = Operable(); !status.ok()) return Reply::Error(status);
    }
    return row.run(*this, invocation);
  }
  return Reply::Error(Fail(Code::kError, "unknown command '" + invocation[0] + "'"));
}

Status Services::Operable() const {
  if (member_count_ < config_.member_count_quorum) return Fail(Code::kClusterQuorum);
  if (!table_.WaitForFirst(config_.bootstrap_timeout)) return Fail(Code::kOperationTimeout);
  return {};
}

void Services::Adopt(const Joined& joined) {
  for (const Member& member : joined.members()) members_.Add(member);
  member_count_ = members_.size();
}

void Services::Begin(const Joined& joined) {
  Adopt(joined);
  coordinator_.Push();
  follower_ = std::thread([this] { FollowCluster(); });
  const auto every = [&](std::chrono::nanoseconds period, auto turn) {
    if (period == std::chrono::nanoseconds::zero()) return;
    periodic_.push_back(std::make_unique<systems::Periodic>(period, std::move(turn)));
  };
  every(config_.routing_push_interval, [this] { coordinator_.Push(); });
  every(config_.balance_interval, [this] { balancer_.Run(); });
  for (uint32_t i = 0; i < config_.eviction_workers; ++i) {
    every(config_.eviction_interval, [this] { dmaps_.EvictSample(); });
  }
}

void Services::FollowCluster() {
  while (const std::optional<ClusterEvent> event = discovery_.NextEvent()) {
    if (event->what == ClusterEvent::What::kJoin) {
      members_.Add(event->member);
    } else {
      members_.Remove(event->member.id);
    }
    member_count_ = members_.size();
    if (config_.cluster_events) PublishClusterEvent(*event);
    coordinator_.Push();
  }
}

void Services::End() {
  discovery_.Leave();
  table_.GiveUp();
  dmaps_.Stop();
  pubsub_.Close();
  for (const auto& each : periodic_) each->Stop();
  if (follower_.joinable()) follower_.join();
}

}  // namespace olric
