// See routes.h.
#include "systems/olric/routes.h"

#include <algorithm>

#include "systems/olric/msgpack.h"

namespace olric {
namespace {

void WriteMembers(MsgpackWriter* writer, const std::vector<Member>& members) {
  writer->Array(static_cast<uint32_t>(members.size()));
  for (const Member& member : members) {
    writer->Map(4);
    writer->String("Name");
    writer->String(member.name);
    writer->String("NameHash");
    writer->Uint(member.name_hash);
    writer->String("ID");
    writer->Uint(member.id);
    writer->String("Birthdate");
    writer->Int(member.birthdate);
  }
}

std::optional<Member> ReadMember(MsgpackReader* reader) {
  Member member;
  for (uint32_t fields = reader->Map(); fields > 0; --fields) {
    const std::string_view field = reader->String();
    if (field == "Name") {
      member.name = reader->String();
    } else if (field == "NameHash") {
      member.name_hash = reader->Uint();
    } else if (field == "ID") {
      member.id = reader->Uint();
    } else if (field == "Birthdate") {
      member.birthdate = reader->Int();
    } else {
      return std::nullopt;
    }
  }
  return member;
}

bool ReadMembers(MsgpackReader* reader, std::vector<Member>* members) {
  for (uint32_t count = reader->Array(); count > 0; --count) {
    std::optional<Member> member = ReadMember(reader);
    if (!member) return false;
    members->push_back(std::move(*member));
  }
  return reader->ok();
}

void WriteNumbers(MsgpackWriter* writer, const std::vector<uint32_t>& numbers) {
  writer->Array(static_cast<uint32_t>(numbers.size()));
  for (const uint32_t number : numbers) writer->Uint(number);
}

bool ReadNumbers(MsgpackReader* reader, uint32_t limit, std::vector<uint32_t>* numbers) {
  for (uint32_t count = reader->Array(); count > 0; --count) {
    const uint64_t number = reader->Uint();
    if (number >= limit) return false;
    numbers->push_back(static_cast<uint32_t>(number));
  }
  return reader->ok();
}

}  // namespace

bool Holds(const std::vector<Member>& holders, uint64_t member_id) {
  return std::any_of(holders.begin(), holders.end(),
                     [&](const Member& holder) { return holder.id == member_id; });
}

std::string EncodeRoutes(const Routes& routes) {
  MsgpackWriter writer;
  writer.Map(static_cast<uint32_t>(routes.size()));
  for (size_t partition = 0; partition < routes.size(); ++partition) {
    writer.Uint(partition);
    writer.Map(2);
    writer.String("Owners");
    WriteMembers(&writer, routes[partition].owners);
    writer.String("Backups");
    WriteMembers(&writer, routes[partition].backups);
  }
  return writer.Take();
}

std::optional<Routes> DecodeRoutes(std::string_view payload, uint32_t count) {
  MsgpackReader reader(payload);
  if (reader.Map() != count) return std::nullopt;
  Routes routes(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t partition = reader.Uint();
    if (partition >= count || !routes[partition].owners.empty()) return std::nullopt;
    for (uint32_t fields = reader.Map(); fields > 0; --fields) {
      const std::string_view field = reader.String();
      const bool owners = field == "Owners";
      if (!owners && field != "Backups") return std::nullopt;
      Route& route = routes[partition];
      if (!ReadMembers(&reader, owners ? &route.owners : &route.backups)) return std::nullopt;
    }
    if (routes[partition].owners.empty()) return std::nullopt;
  }
  if (!reader.AtEnd()) return std::nullopt;
  return routes;
}

std::string EncodeLeftOver(const LeftOver& report) {
  MsgpackWriter writer;
  writer.Map(2);
  writer.String("Partitions");
  WriteNumbers(&writer, report.partitions);
  writer.String("Backups");
  WriteNumbers(&writer, report.backups);
  return writer.Take();
}

std::optional<LeftOver> DecodeLeftOver(std::string_view payload, uint32_t count) {
  MsgpackReader reader(payload);
  LeftOver report;
  for (uint32_t fields = reader.Map(); fields > 0; --fields) {
    const std::string_view field = reader.String();
    const bool primary = field == "Partitions";
    if (!primary && field != "Backups") return std::nullopt;
    if (!ReadNumbers(&reader, count, primary ? &report.partitions : &report.backups)) {
      return std::nullopt;
    }
  }
  if (!reader.AtEnd()) return std::nullopt;
  return report;
}

std::string EncodeFragment(const MovedFragment& fragment) {
  MsgpackWriter writer;
  writer.Map(4);
  writer.String("PartID");
  writer.Uint(fragment.partition);
  writer.String("Kind");
  writer.Uint(static_cast<uint64_t>(fragment.kind));
  writer.String("Name");
  writer.String(fragment.name);
  writer.String("Payload");
  writer.Array(static_cast<uint32_t>(fragment.entries.size()));
  for (const Entry& entry : fragment.entries) writer.String(EncodeEntry(entry));
  return writer.Take();
}

std::optional<MovedFragment> DecodeFragment(std::string_view payload) {
  MsgpackReader reader(payload);
  MovedFragment fragment;
  for (uint32_t fields = reader.Map(); fields > 0; --fields) {
    const std::string_view field = reader.String();
    if (field == "PartID") {
      fragment.partition = static_cast<uint32_t>(reader.Uint());
    } else if (field == "Kind") {
      const uint64_t kind = reader.Uint();
      if (kind != 1 && kind != 2) return std::nullopt;
      fragment.kind = static_cast<Kind>(kind);
    } else if (field == "Name") {
      fragment.name = reader.String();
    } else if (field == "Payload") {
      for (uint32_t count = reader.Array(); count > 0; --count) {
        std::optional<Entry> entry = DecodeEntry(reader.String());
        if (!entry) return std::nullopt;
        fragment.entries.push_back(std::move(*entry));
      }
    } else {
      return std::nullopt;
    }
  }
  if (!reader.AtEnd()) return std::nullopt;
  return fragment;
}

}  // namespace olric
