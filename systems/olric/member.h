// Who a node is. A node that comes back under its old name is another member: its birthdate differs, and so its id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace olric {

struct Member {
  std::string name;        // address:port, where it listens
  uint64_t name_hash = 0;  // XXH64 of the name
  uint64_t id = 0;         // MemberId
  int64_t birthdate = 0;   // nanoseconds since the epoch

  bool operator==(const Member&) const = default;
};

// The hash of the birthdate (8 bytes, big endian), as many zero bytes as the name is long, and the name. The zero bytes
// are an accident of upstream's buffer handling that its clients rely on.
[[nodiscard]] uint64_t MemberId(std::string_view name, int64_t birthdate);

[[nodiscard]] Member MakeMember(std::string name, int64_t birthdate);

// The order of age: the oldest member coordinates. Two that are born in one nanosecond are ordered by id.
[[nodiscard]] bool Older(const Member& one, const Member& other);

}  // namespace olric
