// See coordinator.h.
#include "systems/olric/coordinator.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "systems/olric/ring.h"

namespace olric {
namespace {

// A table is pushed again at once when members report data it does not know of; each round can only bring more of them.
constexpr int kRoundsMax = 3;

// How many at the end of a list of holders are meant to hold the data, rather than still holding it.
size_t CurrentCount(Kind kind, const Route& route, const Config& config) {
  if (kind == Kind::kPrimary) return route.owners.empty() ? 0 : 1;
  return std::min<size_t>(config.replica_count - 1, route.backups.size());
}

}  // namespace

bool Coordinator::IsCoordinator() const {
  const std::vector<Member> members = context_.discovery.Members();
  return !members.empty() && members.front().name == context_.peers.address();
}

bool Coordinator::Push() {
  const std::lock_guard turn(push_mutex_);
  Routes routes;
  bool all = true;
  for (int round = 0; round < kRoundsMax; ++round) {
    const std::vector<Member> members = context_.members.List();
    if (members.empty() || !IsCoordinator()) return true;
    if (round == 0) routes = Distribute(members);
    const std::shared_ptr<const Routes> before = context_.table.routes();
    const Command command = {"INTERNAL.NODE.UPDATEROUTING", EncodeRoutes(routes),
                             std::to_string(context_.table.self().id), std::to_string(++epoch_)};
    const std::vector<PushOutcome> outcomes =
        context_.config.design.push(context_.peers, Waves(members, before.get(), routes), command);
    took_last_table_.clear();
    all = true;
    for (const PushOutcome& outcome : outcomes) {
      if (outcome.reply.ok()) {
        took_last_table_.insert(outcome.member.id);
      } else {
        all = false;
      }
    }
    if (!AdoptLeftOver(outcomes, &routes)) break;
  }
  return all;
}

// Who loses a partition hears of it first, in a wave of its own: when the new owner begins, the old one has ended.
std::vector<std::vector<Member>> Coordinator::Waves(const std::vector<Member>& members,
                                                    const Routes* before, const Routes& after) {
  std::set<uint64_t> losers;
  for (size_t partition = 0; before != nullptr && partition < after.size(); ++partition) {
    const uint64_t old_owner = (*before)[partition].owners.back().id;
    if (old_owner != after[partition].owners.back().id) losers.insert(old_owner);
  }
  std::vector<std::vector<Member>> waves(2);
  for (const Member& member : members) waves[losers.contains(member.id) ? 0 : 1].push_back(member);
  return waves;
}

Routes Coordinator::Distribute(const std::vector<Member>& members) const {
  const Config& config = context_.config;
  const Ring ring(members, {.partitions = config.partition_count,
                            .load_factor = config.load_factor,
                            .replicas = config.replica_count});
  Routes routes(config.partition_count);
  for (uint32_t partition = 0; partition < config.partition_count; ++partition) {
    routes[partition].owners = {ring.OwnerOf(partition)};
    routes[partition].backups = ring.BackupsOf(partition);
  }
  const std::shared_ptr<const Routes> before = context_.table.routes();
  if (before != nullptr) {
    KeepHolders(Kind::kPrimary, members, *before, &routes);
    KeepHolders(Kind::kBackup, members, *before, &routes);
  }
  return routes;
}

// Puts those of the old holders in front of the new ones who may still hold data. Left out are the dead, and those who have
// been found empty: but only who was an old holder already in the table in force, and took that table. Anyone else may still
// be written to after it was asked. All are asked at the same time, so a slow network costs one round trip, not one for each
// partition.
void Coordinator::KeepHolders(Kind kind, const std::vector<Member>& members, const Routes& before,
                              Routes* routes) const {
  struct Probe {
    uint32_t partition;
    Member holder;
    std::shared_ptr<PendingCall> length;  // null: no need to ask
  };
  std::vector<Probe> probes;
  for (uint32_t partition = 0; partition < before.size(); ++partition) {
    const std::vector<Member>& old = before[partition].holders(kind);
    const size_t past = old.size() - CurrentCount(kind, before[partition], context_.config);
    for (size_t i = 0; i < old.size(); ++i) {
      if (!Holds(members, old[i].id)) continue;
      if (Holds((*routes)[partition].holders(kind), old[i].id)) continue;
      Probe probe = {partition, old[i], nullptr};
      if (i < past && took_last_table_.contains(old[i].id)) {
        Command command = {"INTERNAL.NODE.LENGTHOFPART", std::to_string(partition)};
        if (kind == Kind::kBackup) command.emplace_back("RC");
        probe.length = context_.peers.Send(old[i], std::move(command));
      }
      probes.push_back(std::move(probe));
    }
  }
  // From the back, so that each is put in front of those that come after it.
  for (auto probe = probes.rbegin(); probe != probes.rend(); ++probe) {
    if (probe->length != nullptr) {
      const Reply reply = context_.peers.Wait(*probe->length);
      if (reply.ok() && reply.integer == 0) continue;
    }
    std::vector<Member>& holders = (*routes)[probe->partition].holders(kind);
    holders.insert(holders.begin(), probe->holder);
  }
}

bool Coordinator::AdoptLeftOver(const std::vector<PushOutcome>& outcomes, Routes* routes) const {
  bool adopted = false;
  for (const PushOutcome& outcome : outcomes) {
    if (!outcome.reply.ok()) continue;
    const std::optional<LeftOver> report =
        DecodeLeftOver(outcome.reply.text, context_.config.partition_count);
    if (!report) continue;
    const auto adopt = [&](Kind kind, const std::vector<uint32_t>& partitions) {
      for (const uint32_t partition : partitions) {
        std::vector<Member>& holders = (*routes)[partition].holders(kind);
        if (Holds(holders, outcome.member.id)) continue;
        holders.insert(holders.begin(), outcome.member);
        adopted = true;
      }
    };
    adopt(Kind::kPrimary, report->partitions);
    adopt(Kind::kBackup, report->backups);
  }
  return adopted;
}

}  // namespace olric
