// See stats.h.
#include "systems/olric/stats.h"

#include <utility>
#include <vector>

namespace olric {
namespace {

// Writes an object: names and values that are JSON already.
class Object {
 public:
  Object& Raw(std::string_view name, std::string_view json) {
    text_ += text_.size() > 1 ? "," : "";
    text_ += JsonString(name) + ":" + std::string(json);
    return *this;
  }
  Object& Number(std::string_view name, uint64_t value) { return Raw(name, std::to_string(value)); }
  Object& Text(std::string_view name, std::string_view value) {
    return Raw(name, JsonString(value));
  }
  [[nodiscard]] std::string Json() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

std::string MemberJson(const Member& member) {
  return Object()
      .Text("name", member.name)
      .Number("id", member.id)
      .Raw("birthdate", std::to_string(member.birthdate))
      .Json();
}

std::string MemberList(const std::vector<Member>& members, size_t count) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += (i > 0 ? "," : "") + MemberJson(members[i]);
  return list + "]";
}

// The partitions of one kind that this node holds anything of, or owns.
std::string PartitionsJson(const Context& context, Kind kind, const Routes* routes) {
  Object all;
  for (uint32_t partition = 0; partition < context.data.count(); ++partition) {
    const auto fragments = context.data.Filled(kind, partition);
    const bool owned = routes != nullptr && kind == Kind::kPrimary &&
                       (*routes)[partition].owners.back().name == context.peers.address();
    if (fragments.empty() && !owned) continue;
    Object maps;
    uint64_t length = 0;
    for (const auto& [name, fragment] : fragments) {
      const uint64_t entries = fragment->length();
      const uint64_t bytes = fragment->inuse_bytes();
      length += entries;
      const std::string slab =
          Object().Number("allocated", bytes).Number("inuse", bytes).Number("garbage", 0).Json();
      maps.Raw(
          MapName(name),
          Object().Number("length", entries).Raw("slab_info", slab).Number("num_tables", 1).Json());
    }
    Object one;
    if (routes != nullptr) {
      const Route& route = (*routes)[partition];
      one.Raw("previous_owners", MemberList(route.owners, route.owners.size() - 1));
      one.Raw("backups", MemberList(route.backups, route.backups.size()));
    }
    one.Number("length", length).Raw("dmaps", maps.Json());
    all.Raw(std::to_string(partition), one.Json());
  }
  return all.Json();
}

}  // namespace

std::string JsonString(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (byte < 0x20) {
      json += "\\u00";
      json += kDigits[byte >> 4];
      json += kDigits[byte & 15];
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string StatsJson(const Context& context, const Member& coordinator, int64_t uptime_seconds) {
  const Counters& counters = context.counters;
  const std::shared_ptr<const Routes> routes = context.table.routes();
  Object members;
  for (const Member& member : context.config.design.list_members(context.members)) {
    members.Raw(std::to_string(member.id), MemberJson(member));
  }
  const std::string dmaps = Object()
                                .Number("entries_total", counters.entries_total.value())
                                .Number("delete_hits", counters.delete_hits.value())
                                .Number("delete_misses", counters.delete_misses.value())
                                .Number("get_misses", counters.get_misses.value())
                                .Number("get_hits", counters.get_hits.value())
                                .Number("evicted_total", counters.evicted_total.value())
                                .Json();
  const std::string pubsub =
      Object()
          .Number("published_total", counters.published_total.value())
          .Number("current_subscribers", counters.current_subscribers.value())
          .Number("subscribers_total", counters.subscribers_total.value())
          .Number("current_psubscribers", counters.current_psubscribers.value())
          .Number("psubscribers_total", counters.psubscribers_total.value())
          .Json();
  return Object()
      .Raw("uptime_seconds", std::to_string(uptime_seconds))
      .Raw("cluster_coordinator", MemberJson(coordinator))
      .Raw("member", MemberJson(context.table.self()))
      .Raw("partitions", PartitionsJson(context, Kind::kPrimary, routes.get()))
      .Raw("backups", PartitionsJson(context, Kind::kBackup, routes.get()))
      .Raw("cluster_members", members.Json())
      .Raw("network", Object().Number("commands_total", counters.commands_total.value()).Json())
      .Raw("dmaps", dmaps)
      .Raw("pub_sub", pubsub)
      .Json();
}

}  // namespace olric
