// The commands of a node that are about the cluster, and those of publish and subscribe. See services.h.
#include <algorithm>
#include <chrono>
#include <utility>

#include "systems/olric/services.h"
#include "systems/olric/stats.h"

namespace olric {

Reply Services::Forwarded(const Invocation& invocation) {
  const Command command(invocation.command.begin() + 1, invocation.command.end());
  return Dispatch({command, true});
}

// INTERNAL.NODE.UPDATEROUTING payload coordinatorID [epoch]
Reply Services::UpdateRouting(const Invocation& invocation) {
  const auto number = [](const std::string& text) -> std::optional<uint64_t> {
    uint64_t value = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    return value;
  };
  const std::optional<uint64_t> coordinator = number(invocation[2]);
  const std::optional<uint64_t> epoch = number(invocation.size() == 4 ? invocation[3] : "0");
  if (!coordinator || !epoch) return Reply::Error(Code::kInvalidArgument);
  const Status status = table_.Update({invocation[1], *coordinator, *epoch}, discovery_);
  if (!status.ok()) return Reply::Error(status);
  return Reply::Bulk(EncodeLeftOver(ReportLeftOver()));
}

LeftOver Services::ReportLeftOver() const {
  LeftOver report;
  const std::shared_ptr<const Routes> routes = table_.routes();
  for (uint32_t partition = 0; partition < routes->size(); ++partition) {
    const Route& route = (*routes)[partition];
    if (data_.Length(Kind::kPrimary, partition) > 0 && !Holds(route.owners, table_.self().id)) {
      report.partitions.push_back(partition);
    }
    if (data_.Length(Kind::kBackup, partition) > 0 && !Holds(route.backups, table_.self().id) &&
        route.owners.back().id != table_.self().id) {
      report.backups.push_back(partition);
    }
  }
  return report;
}

// INTERNAL.NODE.LENGTHOFPART partID [RC]
Reply Services::LengthOfPart(const Invocation& invocation) {
  const std::optional<int64_t> partition = ParseInteger(invocation[1]);
  const bool replica = invocation.size() == 3;
  if (!partition || *partition < 0 || *partition >= data_.count() ||
      (replica && !IsWord(invocation[2], "RC"))) {
    return Reply::Error(Code::kInvalidArgument);
  }
  const Kind kind = replica ? Kind::kBackup : Kind::kPrimary;
  return Reply::Integer(
      static_cast<int64_t>(data_.Length(kind, static_cast<uint32_t>(*partition))));
}

// INTERNAL.NODE.MOVEFRAGMENT payload
Reply Services::MoveFragment(const Invocation& invocation) {
  const std::optional<MovedFragment> moved = DecodeFragment(invocation[1]);
  if (!moved) return Reply::Error(Fail(Code::kInvalidArgument, "invalid fragment"));
  return balancer_.Receive(*moved);
}

// CLUSTER.ROUTINGTABLE: of each partition its number, the names of its owners from the oldest to the current one, and those
// of its replicas. Every node that has a table has the coordinator's, so every node answers.
Reply Services::ShowRoutingTable(const Invocation&) {
  const auto names = [](const std::vector<Member>& members) {
    std::vector<Reply> items;
    for (const Member& member : members) items.push_back(Reply::Bulk(member.name));
    return Reply::Array(std::move(items));
  };
  std::vector<Reply> rows;
  const std::shared_ptr<const Routes> routes = table_.routes();
  for (size_t partition = 0; partition < routes->size(); ++partition) {
    const Route& route = (*routes)[partition];
    rows.push_back(Reply::Array({Reply::Integer(static_cast<int64_t>(partition)),
                                 names(route.owners), names(route.backups)}));
  }
  return Reply::Array(std::move(rows));
}

// CLUSTER.MEMBERS: of each its name, its birthdate and whether it coordinates; oldest first.
Reply Services::ShowMembers(const Invocation&) {
  std::vector<Reply> rows;
  for (const Member& member : members_.List()) {
    rows.push_back(Reply::Array({Reply::Bulk(member.name), Reply::Integer(member.birthdate),
                                 Reply::Bulk(rows.empty() ? "true" : "false")}));
  }
  return Reply::Array(std::move(rows));
}

// STATS [CR]
Reply Services::Stats(const Invocation& invocation) {
  if (invocation.size() == 2 && !IsWord(invocation[1], "CR")) {
    return Reply::Error(Fail(Code::kInvalidArgument, "invalid argument: " + invocation[1]));
  }
  const std::vector<Member> members = discovery_.Members();
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(context_.clock.Now() - started_);
  return Reply::Bulk(
      StatsJson(context_, members.empty() ? table_.self() : members.front(), uptime.count()));
}

Reply Services::Ping(const Invocation& invocation) {
  return Reply::Simple(invocation.size() == 2 ? invocation[1] : "PONG");
}

size_t Services::PublishEverywhere(const std::string& channel, const std::string& payload) {
  std::vector<std::shared_ptr<PendingCall>> calls;
  for (const Member& member : members_.List()) {
    calls.push_back(peers_.Send(member, {"PUBLISH.INTERNAL", channel, payload}));
  }
  int64_t receivers = 0;
  for (const auto& call : calls) receivers += peers_.Wait(*call).integer;
  return static_cast<size_t>(receivers);
}

// PUBLISH channel message: the answer is how many received it, on all members.
Reply Services::Publish(const Invocation& invocation) {
  counters_.published_total.Add();
  return Reply::Integer(static_cast<int64_t>(PublishEverywhere(invocation[1], invocation[2])));
}

Reply Services::PublishHere(const Invocation& invocation) {
  return Reply::Integer(static_cast<int64_t>(pubsub_.Deliver(invocation[1], invocation[2])));
}

// PUBSUB CHANNELS [pattern] | NUMPAT | NUMSUB [channel...]: of this node.
Reply Services::AskPubSub(const Invocation& invocation) {
  std::vector<Reply> items;
  if (IsWord(invocation[1], "CHANNELS") && invocation.size() <= 3) {
    for (std::string& channel : pubsub_.Channels(invocation.size() == 3 ? invocation[2] : "")) {
      items.push_back(Reply::Bulk(std::move(channel)));
    }
    return Reply::Array(std::move(items));
  }
  if (IsWord(invocation[1], "NUMPAT") && invocation.size() == 2) {
    return Reply::Integer(static_cast<int64_t>(pubsub_.PatternCount()));
  }
  if (IsWord(invocation[1], "NUMSUB")) {
    for (size_t i = 2; i < invocation.size(); ++i) {
      items.push_back(Reply::Bulk(invocation[i]));
      items.push_back(Reply::Integer(static_cast<int64_t>(pubsub_.SubscriberCount(invocation[i]))));
    }
    return Reply::Array(std::move(items));
  }
  return Reply::Error(Fail(Code::kError, "unknown subcommand '" + invocation[1] + "'"));
}

void Services::PublishClusterEvent(const ClusterEvent& event) {
  const bool join = event.what == ClusterEvent::What::kJoin;
  const auto now = context_.clock.Now().time_since_epoch();
  const std::string field = join ? "node_join" : "node_left";
  const std::string payload =
      "{\"timestamp\":" +
      std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()) +
      ",\"source\":" + JsonString(peers_.address()) + ",\"kind\":\"" +
      (join ? "node-join-event" : "node-left-event") + "\",\"" + field +
      "\":" + JsonString(event.member.name) + "}";
  pubsub_.Deliver("cluster.events", payload);
}

}  // namespace olric
