// The two designs, one beside the other; see design.h. Everything else is the same for both.
#include "systems/olric/design.h"

#include <thread>
#include <utility>

#include "systems/olric/coordinator.h"
#include "systems/olric/dmaps.h"
#include "systems/olric/services.h"

namespace olric {

using systems::Variant;

namespace as_reported {

// Issue 247. The handler is there from the beginning (1). Joining makes the coordinator push its table (2), which the
// handler takes (3) and compares with an identity that is written only now (4). If the node cannot join, the handler stays.
Status Start(NodeParts& parts) {
  parts.services = std::make_unique<Services>(parts, BeforeJoining{});
  parts.endpoint.Serve(parts.services.get());                      // step 1
  const Result<Joined> joined = parts.discovery.Join(parts.self);  // steps 2 and 3
  if (!joined.ok()) return joined.status();
  parts.services->table().NoteIdentity(joined->self());  // step 4
  parts.services->Begin(*joined);
  return {};
}

// The lock is on the node that the client talks to: another client on another node has another lock.
Reply ChangeKey(DMaps& maps, const Invocation& invocation, const Change& change) {
  const KeyLocks::Hold lock(maps.receiver_locks(), change.map + '\0' + change.key);
  const Reply read = maps.Get({Command{"DM.GET", change.map, change.key, "RW"}});
  if (!read.ok() && read.code() != Code::kKeyNotFound) return read;
  const std::optional<Entry> current = read.ok() ? DecodeEntry(read.text) : std::nullopt;
  const Change::Outcome outcome = change.compute(current ? &*current : nullptr);
  if (!outcome.value) return outcome.reply;
  Command put = {"DM.PUT", change.map, change.key, *outcome.value};
  if (current && current->expires_ms != 0 && outcome.keeps_expiry) {
    put.insert(put.end(), {"PXAT", std::to_string(current->expires_ms)});
  }
  const Reply written = maps.Put({put});
  return written.ok() ? outcome.reply : written;
}

// A thread for each member, all at once, and one status for all of them.
std::vector<PushOutcome> Push(const Peers& peers, std::vector<std::vector<Member>> waves,
                              const Command& command) {
  std::vector<PushOutcome> outcomes;
  for (const std::vector<Member>& wave : waves) {
    for (const Member& member : wave) outcomes.push_back({member, {}});
  }
  Status status;
  std::vector<std::thread> threads;
  for (PushOutcome& outcome : outcomes) {
    threads.emplace_back([&] {
      outcome.reply = peers.Call(outcome.member, command);
      status.code = outcome.reply.code();
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (status.ok()) return outcomes;
  for (PushOutcome& outcome : outcomes) outcome.reply = Reply::Error(status);  // all or nothing
  return outcomes;
}

std::vector<Member> ListMembers(const Members& members) {
  std::vector<Member> list;
  for (const auto& [id, member] : members.Unlocked()) list.push_back(member);
  return list;
}

constexpr Handover kHandover = Handover::kAtOnce;

}  // namespace as_reported

namespace fixed {

// What is sent before the node has joined waits at its address. The handler is made of the proof of having joined, and knows
// from its first instruction who it is. If the node cannot join, the address is given up, and who waits there is refused.
Status Start(NodeParts& parts) {
  const Result<Joined> joined = parts.discovery.Join(parts.self);
  if (!joined.ok()) {
    parts.endpoint.Close();
    return joined.status();
  }
  parts.services = std::make_unique<Services>(parts, *joined);
  parts.endpoint.Serve(parts.services.get());
  parts.services->Begin(*joined);
  return {};
}

// The lock is on the owner, where all come who want the key.
Reply ChangeKey(DMaps& maps, const Invocation& invocation, const Change& change) {
  return maps.ChangeAtOwner(invocation, change);
}

// One wave after the other, the members of a wave at once. Each has a status of its own: who does not answer costs the others
// a time-out at most.
std::vector<PushOutcome> Push(const Peers& peers, std::vector<std::vector<Member>> waves,
                              const Command& command) {
  std::vector<PushOutcome> outcomes;
  for (const std::vector<Member>& wave : waves) {
    std::vector<std::shared_ptr<PendingCall>> calls;
    for (const Member& member : wave) calls.push_back(peers.Send(member, command));
    for (size_t i = 0; i < wave.size(); ++i) outcomes.push_back({wave[i], peers.Wait(*calls[i])});
  }
  return outcomes;
}

std::vector<Member> ListMembers(const Members& members) { return members.List(); }

constexpr Handover kHandover = Handover::kDrained;

}  // namespace fixed

Design::Design() : Design(Variant::kFixed) {}

Design::Design(Variant variant)
    : start(variant == Variant::kFixed ? fixed::Start : as_reported::Start),
      change(variant == Variant::kFixed ? fixed::ChangeKey : as_reported::ChangeKey),
      push(variant == Variant::kFixed ? fixed::Push : as_reported::Push),
      list_members(variant == Variant::kFixed ? fixed::ListMembers : as_reported::ListMembers),
      handover(variant == Variant::kFixed ? fixed::kHandover : as_reported::kHandover) {}

Design::Design(Variant variant, Defect defect) : Design(Variant::kFixed) {
  const Design other(variant);
  switch (defect) {
    case Defect::kServesBeforeJoining:
      start = other.start;
      return;
    case Defect::kSharedPushStatus:
      push = other.push;
      return;
    case Defect::kUnlockedMembers:
      list_members = other.list_members;
      return;
    case Defect::kLocksAtReceiver:
      change = other.change;
      return;
    case Defect::kOwnerChangesUnnoticed:
      handover = other.handover;
      return;
  }
}

}  // namespace olric
