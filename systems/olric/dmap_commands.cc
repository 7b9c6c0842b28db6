// PUT, GET, DEL, EXPIRE, SCAN and DESTROY; what other nodes ask for; and what removes entries by itself. See dmaps.h.
#include <algorithm>
#include <regex>
#include <utility>

#include "systems/olric/dmaps.h"
#include "systems/olric/hash.h"

namespace olric {
namespace {

std::string LockName(const std::string& map, const std::string& key) { return map + '\0' + key; }

constexpr size_t kEvictionSample = 20;
constexpr int64_t kScanCountDefault = 10;

}  // namespace

// DM.PUT dmap key value [EX s | PX ms | EXAT s | PXAT ms] [NX | XX]
Reply DMaps::Put(const Invocation& invocation) {
  const std::string& key = invocation[2];
  if (const Status status = CheckKey(key); !status.ok()) return Reply::Error(status);
  const Result<PutOptions> options = ParsePutOptions(invocation.command, 4, NowMs());
  if (!options.ok()) return Reply::Error(options.status());
  return AtOwner(invocation, invocation[1], key, [&](const Site& site) {
    using Condition = PutOptions::Condition;
    const KeyLocks::Hold lock(&locks_, LockName(site.map, site.key));
    // Versions elsewhere matter if they decide, or if the new one has to be newer than them.
    const bool ask_around =
        options->condition != Condition::kNone || site.stay.route().owners.size() > 1;
    const std::optional<Entry> current =
        ask_around ? Lookup(site).newest : site.fragment.Find(site.key);
    const bool live = current && !Over(*current, site.map);
    if (options->condition == Condition::kAbsent && live) return Reply::Error(Code::kKeyFound);
    if (options->condition == Condition::kPresent && !live) {
      return Reply::Error(Code::kKeyNotFound);
    }
    Entry entry = {.key = site.key, .value = invocation[3]};
    const int64_t ttl_ms = context_.config.OfMap(site.map).ttl.count();
    entry.expires_ms = options->expires_ms.value_or(ttl_ms == 0 ? 0 : NowMs() + ttl_ms);
    entry.timestamp = NextTimestamp(current ? &*current : nullptr);
    entry.last_access_ns = NowNs();
    return Write(site, std::move(entry));
  });
}

// DM.GET dmap key [RW]
Reply DMaps::Get(const Invocation& invocation) {
  const bool raw = invocation.size() == 4;
  if (raw && !IsWord(invocation[3], "RW")) {
    return Reply::Error(Fail(Code::kInvalidArgument, "invalid argument: " + invocation[3]));
  }
  return AtOwner(invocation, invocation[1], invocation[2], [&](const Site& site) {
    Found found = Lookup(site);
    if (found.versions < context_.config.read_quorum) return Reply::Error(Code::kReadQuorum);
    if (found.disagree && context_.config.read_repair) Repair(site);
    if (!found.newest || Over(*found.newest, site.map)) {
      context_.counters.get_misses.Add();
      return Reply::Error(Code::kKeyNotFound);
    }
    context_.counters.get_hits.Add();
    found.newest->last_access_ns = NowNs();
    site.fragment.Touch(site.key, found.newest->last_access_ns);
    return Reply::Bulk(raw ? EncodeEntry(*found.newest) : std::move(found.newest->value));
  });
}

// DM.DEL dmap key [key...]: each key goes to its own owner; the answer is how many keys were given.
Reply DMaps::Delete(const Invocation& invocation) {
  for (size_t i = 2; i < invocation.size(); ++i) {
    const Command one = {"DM.DEL", invocation[1], invocation[i]};
    const Invocation part = {one, invocation.forwarded};
    const Reply reply = AtOwner(part, one[1], one[2], [&](const Site& site) {
      const KeyLocks::Hold lock(&locks_, LockName(site.map, site.key));
      (Live(site) ? context_.counters.delete_hits : context_.counters.delete_misses).Add();
      return Remove(site);
    });
    if (!reply.ok()) return reply;
  }
  return Reply::Integer(static_cast<int64_t>(invocation.size()) - 2);
}

// DM.EXPIRE dmap key s, DM.PEXPIRE dmap key ms: the value stays what it is, also when the owner is another node.
Reply DMaps::Expire(const Invocation& invocation, int64_t unit_ms) {
  const std::optional<int64_t> time = ParseMilliseconds(invocation[3], unit_ms);
  if (!time) return Reply::Error(Fail(Code::kInvalidArgument, "invalid expire time"));
  return AtOwner(invocation, invocation[1], invocation[2], [&](const Site& site) {
    const KeyLocks::Hold lock(&locks_, LockName(site.map, site.key));
    std::optional<Entry> entry = Live(site);
    if (!entry) return Reply::Error(Code::kKeyNotFound);
    entry->expires_ms = NowMs() + *time;
    entry->timestamp = NextTimestamp(&*entry);
    return Write(site, std::move(*entry));
  });
}

// DM.SCAN partID dmap cursor [MATCH regex] [COUNT n] [RC]: of what this node holds; clients go from holder to holder.
Reply DMaps::Scan(const Invocation& invocation) {
  const std::optional<int64_t> partition = ParseInteger(invocation[1]);
  const std::optional<int64_t> cursor = ParseInteger(invocation[3]);
  if (!partition || *partition < 0 || *partition >= context_.data.count() || !cursor) {
    return Reply::Error(Code::kInvalidArgument);
  }
  Kind kind = Kind::kPrimary;
  int64_t count = kScanCountDefault;
  std::optional<std::regex> pattern;
  for (size_t i = 4; i < invocation.size(); ++i) {
    const Reply invalid =
        Reply::Error(Fail(Code::kInvalidArgument, "invalid argument: " + invocation[i]));
    if (IsWord(invocation[i], "RC")) {
      kind = Kind::kBackup;
      continue;
    }
    const bool match = IsWord(invocation[i], "MATCH");
    if (i + 1 == invocation.size() || (!match && !IsWord(invocation[i], "COUNT"))) return invalid;
    const std::string& value = invocation[++i];
    if (match) {
      try {
        pattern.emplace(value);
      } catch (const std::regex_error&) {
        return invalid;
      }
    } else {
      count = ParseInteger(value).value_or(0);
      if (count <= 0) return invalid;
    }
  }
  Fragment::Page page;
  const Fragment* fragment =
      context_.data.Find(kind, static_cast<uint32_t>(*partition), FragmentName(invocation[2]));
  if (fragment != nullptr) {
    page = fragment->Scan(static_cast<uint64_t>(*cursor), static_cast<size_t>(count),
                          [&](const Entry& entry) {
                            if (Over(entry, invocation[2])) return false;
                            return !pattern || std::regex_search(entry.key, *pattern);
                          });
  }
  std::vector<Reply> keys;
  for (std::string& key : page.keys) keys.push_back(Reply::Bulk(std::move(key)));
  return Reply::Array({Reply::Bulk(std::to_string(static_cast<int64_t>(page.cursor))),
                       Reply::Array(std::move(keys))});
}

// DM.DESTROY dmap [LC]: on all members, or here only.
Reply DMaps::Destroy(const Invocation& invocation) {
  const bool local = invocation.size() == 3;
  if (local && !IsWord(invocation[2], "LC")) {
    return Reply::Error(Fail(Code::kInvalidArgument, "invalid argument: " + invocation[2]));
  }
  if (!local) {
    std::vector<std::shared_ptr<PendingCall>> calls;
    for (const Member& member : context_.members.List()) {
      calls.push_back(context_.peers.Send(member, {"DM.DESTROY", invocation[1], "LC"}));
    }
    Reply worst = Reply::Ok();
    for (const auto& call : calls) {
      Reply reply = context_.peers.Wait(*call);
      if (!reply.ok()) worst = std::move(reply);
    }
    return worst;
  }
  const std::string name = FragmentName(invocation[1]);
  for (uint32_t partition = 0; partition < context_.data.count(); ++partition) {
    for (const Kind kind : {Kind::kPrimary, Kind::kBackup}) {
      Fragment* fragment = context_.data.Find(kind, partition, name);
      if (fragment != nullptr) fragment->Clear();
    }
  }
  return Reply::Ok();
}

// DM.PUTENTRY dmap key entry: a replica, kept unless this node has a newer one.
Reply DMaps::PutEntry(const Invocation& invocation) {
  std::optional<Entry> entry = DecodeEntry(invocation[3]);
  if (!entry || entry->key != invocation[2]) {
    return Reply::Error(Fail(Code::kInvalidArgument, "invalid entry"));
  }
  Observe(entry->timestamp);
  const uint32_t partition = PartitionOf(invocation[1], entry->key, context_.data.count());
  context_.data.Make(Kind::kBackup, partition, FragmentName(invocation[1]))
      .Merge(std::move(*entry));
  return Reply::Ok();
}

// DM.GETENTRY dmap key [RC]: the entry that is here, expired or not.
Reply DMaps::GetEntry(const Invocation& invocation) {
  const bool replica = invocation.size() == 4;
  if (replica && !IsWord(invocation[3], "RC")) return Reply::Error(Code::kInvalidArgument);
  const uint32_t partition = PartitionOf(invocation[1], invocation[2], context_.data.count());
  const Fragment* fragment = context_.data.Find(replica ? Kind::kBackup : Kind::kPrimary, partition,
                                                FragmentName(invocation[1]));
  if (fragment == nullptr) return Reply::Error(Code::kKeyNotFound);
  const std::optional<Entry> entry = fragment->Find(invocation[2]);
  return entry ? Reply::Bulk(EncodeEntry(*entry)) : Reply::Error(Code::kKeyNotFound);
}

// DM.DELENTRY dmap key [RC]
Reply DMaps::DeleteEntry(const Invocation& invocation) {
  const bool replica = invocation.size() == 4;
  if (replica && !IsWord(invocation[3], "RC")) return Reply::Error(Code::kInvalidArgument);
  const uint32_t partition = PartitionOf(invocation[1], invocation[2], context_.data.count());
  Fragment* fragment = context_.data.Find(replica ? Kind::kBackup : Kind::kPrimary, partition,
                                          FragmentName(invocation[1]));
  if (fragment != nullptr) fragment->Erase(invocation[2]);
  return Reply::Ok();
}

size_t DMaps::EvictSample() {
  uint32_t partition = 0;
  {
    const std::lock_guard lock(random_mutex_);
    partition = static_cast<uint32_t>(random_() % context_.data.count());
  }
  if (context_.table.routes() == nullptr) return 0;
  size_t evicted = 0;
  for (const auto& [name, fragment] : context_.data.Filled(Kind::kPrimary, partition)) {
    const std::string map(MapName(name));
    std::vector<Entry> sample;
    {
      const std::lock_guard lock(random_mutex_);
      sample = fragment->Sample(kEvictionSample, &random_);
    }
    for (const Entry& entry : sample) {
      if (!Over(entry, map)) continue;
      const RoutingTable::Stay stay(&context_.table, partition);
      // While older versions may be elsewhere, an entry whose time is over hides them.
      if (!stay.owned() || stay.route().owners.size() > 1) continue;
      const KeyLocks::Hold lock(&locks_, LockName(map, entry.key));
      bool everywhere = true;
      for (const Member& backup : stay.route().backups) {
        const Reply reply = context_.peers.Call(backup, {"DM.DELENTRY", map, entry.key, "RC"});
        everywhere = everywhere && reply.ok();
      }
      if (!everywhere || !fragment->EraseVersion(entry.key, entry.timestamp)) continue;
      context_.counters.evicted_total.Add();
      ++evicted;
    }
  }
  return evicted;
}

}  // namespace olric
