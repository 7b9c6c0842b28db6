// See member.h.
#include "systems/olric/member.h"

#include "systems/olric/hash.h"

namespace olric {

uint64_t MemberId(std::string_view name, int64_t birthdate) {
  std::string buffer;
  for (int shift = 56; shift >= 0; shift -= 8) {
    buffer.push_back(static_cast<char>(static_cast<uint64_t>(birthdate) >> shift));
  }
  buffer.append(name.size(), '\0').append(name);
  return Hash64(buffer);
}

Member MakeMember(std::string name, int64_t birthdate) {
  Member member;
  member.name_hash = Hash64(name);
  member.id = MemberId(name, birthdate);
  member.birthdate = birthdate;
  member.name = std::move(name);
  return member;
}

bool Older(const Member& one, const Member& other) {
  if (one.birthdate != other.birthdate) return one.birthdate < other.birthdate;
  return one.id < other.id;
}

}  // namespace olric
