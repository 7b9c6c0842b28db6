// How operations of maps find the owner, and what the owner does with the places where a key's versions are. See dmaps.h.
#include <algorithm>
#include <chrono>
#include <utility>

#include "systems/olric/dmaps.h"
#include "systems/olric/hash.h"

namespace olric {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// Between two attempts to find the owner.
constexpr milliseconds kPauseMin(8);
constexpr milliseconds kPauseMax(512);

}  // namespace

DMaps::DMaps(Context context)
    : context_(context),
      random_(MemberId(context.peers.address(), context.clock.Now().time_since_epoch().count())) {}

Status DMaps::CheckKey(const std::string& key) {
  return key.size() > kKeyBytesMax ? Fail(Code::kKeyTooLarge) : Status{};
}

Reply DMaps::AtOwner(const Invocation& invocation, const std::string& map, const std::string& key,
                     const Operation& operation) {
  const nanoseconds limit = context_.config.operation_timeout;
  const auto begin = steady_clock::now();
  const uint32_t partition = PartitionOf(map, key, context_.table.partition_count());
  Command forward;
  milliseconds pause = kPauseMin;
  for (;;) {
    Member owner;
    uint64_t signature = 0;
    {
      const RoutingTable::Stay stay(&context_.table, partition);
      if (stay.owned()) {
        const std::string name = FragmentName(map);
        return operation({stay, map, key, context_.data.Make(Kind::kPrimary, partition, name)});
      }
      if (invocation.forwarded) return Reply::Error(Code::kNotOwner);
      owner = stay.route().owners.back();
      signature = stay.signature();
    }
    if (forward.empty()) {
      forward = {"INTERNAL.NODE.FORWARDED"};
      forward.insert(forward.end(), invocation.command.begin(), invocation.command.end());
    }
    Reply reply = context_.peers.Call(owner, forward);
    // In both cases nothing was done, so it may be tried again; not so after SERVERGONE or a time-out.
    const bool done = reply.code() != Code::kNotOwner && reply.code() != Code::kRefused;
    if (done) return reply;
    const bool late = limit != nanoseconds::zero() && steady_clock::now() - begin >= limit;
    if (late) return Reply::Error(Code::kOperationTimeout);
    if (stopping_.state() != systems::Latch::State::kWaiting) {
      return Reply::Error(Code::kServerGone);
    }
    context_.table.WaitForChange(signature, pause);
    pause = std::min(2 * pause, kPauseMax);
  }
}

std::vector<Member> DMaps::Replicas(const Route& route) const {
  const size_t count = std::min<size_t>(context_.config.replica_count - 1, route.backups.size());
  return {route.backups.end() - static_cast<std::ptrdiff_t>(count), route.backups.end()};
}

DMaps::Found DMaps::Lookup(const Site& site) const {
  const Route& route = site.stay.route();
  Found found;
  bool first = true;
  const auto add = [&](std::optional<Entry> version) {
    ++found.versions;
    const int64_t known = found.newest ? found.newest->timestamp : 0;
    const int64_t other = version ? version->timestamp : 0;
    if (!first && known != other) found.disagree = true;
    first = false;
    if (other > known) found.newest = std::move(version);
  };
  const auto ask = [&](const Member& member, Command command) {
    const Reply reply = context_.peers.Call(member, std::move(command));
    if (reply.code() == Code::kKeyNotFound) add(std::nullopt);
    if (reply.kind == Reply::Kind::kBulk) add(DecodeEntry(reply.text));
  };
  for (size_t i = 0; i + 1 < route.owners.size(); ++i) {
    ask(route.owners[i], {"DM.GETENTRY", site.map, site.key});
  }
  for (const Member& backup : route.backups) {
    ask(backup, {"DM.GETENTRY", site.map, site.key, "RC"});
  }
  // A node that became the owner may still have what it kept as a replica.
  const Fragment* replica =
      context_.data.Find(Kind::kBackup, site.stay.partition(), FragmentName(site.map));
  std::optional<Entry> mine = site.fragment.Find(site.key);
  if (replica != nullptr) {
    std::optional<Entry> kept = replica->Find(site.key);
    if (kept && (!mine || mine->timestamp < kept->timestamp)) mine = std::move(kept);
  }
  add(std::move(mine));
  return found;
}

std::optional<Entry> DMaps::Live(const Site& site) const {
  std::optional<Entry> newest = Lookup(site).newest;
  if (newest && Over(*newest, site.map)) return std::nullopt;
  return newest;
}

Reply DMaps::Write(const Site& site, Entry entry) {
  if (EncodedBytes(entry) > context_.config.table_bytes) {
    return Reply::Error(Code::kEntryTooLarge);
  }
  MakeRoom(site, EncodedBytes(entry));
  const Command command = {"DM.PUTENTRY", site.map, site.key, EncodeEntry(entry)};
  const std::vector<Member> replicas = Replicas(site.stay.route());
  if (context_.config.replication == Config::Replication::kAsync) {
    site.fragment.Put(std::move(entry));
    // Nobody waits for what comes of it.
    for (const Member& replica : replicas) (void)context_.peers.Send(replica, command);
  } else {
    uint32_t copies = 1;
    for (const Member& replica : replicas) {
      if (context_.peers.Call(replica, command).ok()) ++copies;
    }
    if (copies < context_.config.write_quorum) return Reply::Error(Code::kWriteQuorum);
    site.fragment.Put(std::move(entry));
  }
  context_.counters.entries_total.Add();
  return Reply::Ok();
}

// Where nothing older can come back from, the key is erased everywhere. Otherwise a tombstone is left here, and hides what
// others still have, until they have been dealt with.
Reply DMaps::Remove(const Site& site) {
  const Route& route = site.stay.route();
  const std::optional<Entry> newest = Lookup(site).newest;
  const bool async = context_.config.replication == Config::Replication::kAsync;
  bool leaves_versions = route.owners.size() > 1 || async;
  uint32_t copies = 1;
  for (const Member& backup : route.backups) {
    const Reply reply = context_.peers.Call(backup, {"DM.DELENTRY", site.map, site.key, "RC"});
    if (reply.ok()) {
      ++copies;
    } else {
      leaves_versions = true;
    }
  }
  if (copies < context_.config.write_quorum) return Reply::Error(Code::kWriteQuorum);
  if (leaves_versions && newest) {
    Entry tombstone = {.key = site.key, .expires_ms = NowMs()};
    tombstone.timestamp = NextTimestamp(&*newest);
    tombstone.last_access_ns = NowNs();
    site.fragment.Put(std::move(tombstone));
  } else {
    site.fragment.Erase(site.key);
  }
  Fragment* replica =
      context_.data.Find(Kind::kBackup, site.stay.partition(), FragmentName(site.map));
  if (replica != nullptr) replica->Erase(site.key);
  return Reply::Ok();
}

void DMaps::Repair(const Site& site) {
  const KeyLocks::Hold lock(&locks_, site.map + '\0' + site.key);
  // Looked up again: only with the lock it is sure that this is not undoing a deletion.
  const std::optional<Entry> newest = Lookup(site).newest;
  if (!newest) return;
  const Command command = {"DM.PUTENTRY", site.map, site.key, EncodeEntry(*newest)};
  for (const Member& replica : Replicas(site.stay.route())) {
    (void)context_.peers.Call(replica, command);
  }
  site.fragment.Merge(*newest);
}

// One entry goes for one that comes, as upstream: the share of a partition is kept without looking at the others.
void DMaps::MakeRoom(const Site& site, size_t new_bytes) {
  const MapConfig& limits = context_.config.OfMap(site.map);
  const uint64_t owned = context_.table.owned_partition_count();
  if (owned == 0 || (limits.max_keys == 0 && limits.max_inuse_bytes == 0)) return;
  if (site.fragment.Find(site.key)) return;
  const auto share = [&](uint64_t total) { return std::max<uint64_t>(total / owned, 1); };
  const bool full = (limits.max_keys != 0 && site.fragment.length() + 1 > share(limits.max_keys)) ||
                    (limits.max_inuse_bytes != 0 &&
                     site.fragment.inuse_bytes() + new_bytes > share(limits.max_inuse_bytes));
  if (!full) return;
  std::vector<Entry> sample;
  {
    const std::lock_guard lock(random_mutex_);
    sample = site.fragment.Sample(limits.lru_samples, &random_);
  }
  const auto oldest = std::min_element(sample.begin(), sample.end(), [](auto& one, auto& other) {
    return one.last_access_ns < other.last_access_ns;
  });
  if (oldest == sample.end()) return;
  // Without the victim's lock: this thread holds that of another key, and two such threads could wait for each other. A
  // version that was written meanwhile is not touched.
  if (!site.fragment.EraseVersion(oldest->key, oldest->timestamp)) return;
  for (const Member& backup : site.stay.route().backups) {
    (void)context_.peers.Send(backup, {"DM.DELENTRY", site.map, oldest->key, "RC"});
  }
  context_.counters.evicted_total.Add();
}

bool DMaps::Over(const Entry& entry, const std::string& map) const {
  if (entry.ExpiredAt(NowMs())) return true;
  const milliseconds max_idle = context_.config.OfMap(map).max_idle;
  return max_idle.count() != 0 &&
         NowNs() - entry.last_access_ns >= duration_cast<nanoseconds>(max_idle).count();
}

int64_t DMaps::NextTimestamp(const Entry* replaced) {
  int64_t floor = NowNs();
  if (replaced != nullptr) floor = std::max(floor, replaced->timestamp + 1);
  int64_t last = last_timestamp_.load();
  int64_t next = 0;
  do {
    next = std::max(floor, last + 1);
  } while (!last_timestamp_.compare_exchange_weak(last, next));
  return next;
}

void DMaps::Observe(int64_t timestamp) {
  int64_t last = last_timestamp_.load();
  while (last < timestamp && !last_timestamp_.compare_exchange_weak(last, timestamp)) {
  }
}

int64_t DMaps::NowMs() const {
  return duration_cast<milliseconds>(context_.clock.Now().time_since_epoch()).count();
}

int64_t DMaps::NowNs() const {
  return duration_cast<nanoseconds>(context_.clock.Now().time_since_epoch()).count();
}

}  // namespace olric
