// See balancer.h.
#include "systems/olric/balancer.h"

#include <algorithm>
#include <utility>

namespace olric {
namespace {

// Of one message; more than one entry only while they fit.
constexpr size_t kMessageBytesMax = size_t{1} << 20;

}  // namespace

size_t Balancer::Run() {
  const std::lock_guard turn(run_mutex_);
  const uint64_t signature = context_.table.signature();
  const std::shared_ptr<const Routes> routes = context_.table.routes();
  if (routes == nullptr) return 0;
  size_t moved = 0;
  for (uint32_t partition = 0; partition < routes->size(); ++partition) {
    for (const Kind kind : {Kind::kPrimary, Kind::kBackup}) {
      const std::vector<Member> destinations = Destinations(kind, (*routes)[partition]);
      if (destinations.empty()) continue;
      for (const auto& [name, fragment] : context_.data.Filled(kind, partition)) {
        if (context_.table.signature() != signature) return moved;
        moved += Move(kind, partition, name, fragment, destinations);
      }
    }
  }
  return moved;
}

std::vector<Member> Balancer::Destinations(Kind kind, const Route& route) const {
  const uint64_t self = context_.table.self().id;
  const Member& owner = route.owners.back();
  if (kind == Kind::kPrimary) {
    if (owner.id == self) return {};
    return {owner};
  }
  const auto count = static_cast<std::ptrdiff_t>(
      std::min<size_t>(context_.config.replica_count - 1, route.backups.size()));
  std::vector<Member> replicas(route.backups.end() - count, route.backups.end());
  if (Holds(replicas, self)) return {};
  // What the owner kept as a replica before it became the owner is the owner's now.
  if (owner.id == self) return {owner};
  return replicas;
}

size_t Balancer::Move(Kind kind, uint32_t partition, const std::string& name, Fragment* fragment,
                      const std::vector<Member>& destinations) {
  const std::vector<Entry> entries = fragment->Export();
  size_t moved = 0;
  for (size_t begin = 0; begin < entries.size();) {
    MovedFragment message = {partition, kind, name, {}};
    size_t bytes = 0;
    size_t end = begin;
    while (end < entries.size() && (end == begin || bytes < kMessageBytesMax)) {
      bytes += EncodedBytes(entries[end]);
      message.entries.push_back(entries[end++]);
    }
    for (const Member& destination : destinations) {
      const bool promoted = kind == Kind::kBackup && destination.id == context_.table.self().id;
      if (promoted) message.kind = Kind::kPrimary;
      const Command command = {"INTERNAL.NODE.MOVEFRAGMENT", EncodeFragment(message)};
      // Kept here unless it has arrived everywhere: it is offered again next time.
      if (!context_.peers.Call(destination, command).ok()) return moved;
    }
    for (; begin < end; ++begin) {
      if (fragment->EraseVersion(entries[begin].key, entries[begin].timestamp)) ++moved;
    }
  }
  return moved;
}

Reply Balancer::Receive(const MovedFragment& moved) {
  if (moved.partition >= context_.data.count()) return Reply::Error(Code::kInvalidArgument);
  // Inside of the partition, so that this node does not stop being the owner while it takes the data.
  const RoutingTable::Stay stay(&context_.table, moved.partition);
  const bool wanted = moved.kind == Kind::kPrimary
                          ? stay.owned()
                          : Holds(stay.route().backups, context_.table.self().id);
  if (!wanted) {
    return Reply::Error(Fail(Code::kError, "partition " + std::to_string(moved.partition) +
                                               " doesn't belong to " + context_.peers.address()));
  }
  Fragment& fragment = context_.data.Make(moved.kind, moved.partition, moved.name);
  for (const Entry& entry : moved.entries) fragment.Merge(entry);
  return Reply::Ok();
}

}  // namespace olric
