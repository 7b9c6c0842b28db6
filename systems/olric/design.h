// Where the system as reported and the system as it should be differ: all of it is in design.cc, side by side.
#pragma once

#include <cstdint>
#include <vector>

#include "systems/base/variant.h"
#include "systems/olric/member.h"
#include "systems/olric/reply.h"

namespace olric {

class DMaps;
class Members;
class Peers;
struct Change;
struct Invocation;
struct NodeParts;
struct PushOutcome;

// Whether a change of owner waits for the operations that began under the old one.
enum class Handover { kAtOnce, kDrained };

// The known defects that are races. Each is one choice of a Design, so that it can be looked at alone.
enum class Defect {
  kServesBeforeJoining,  // olric issue 247: the routing handler runs before the node knows who it is
  kSharedPushStatus,  // upstream commit 65285b43: the threads of a push share one status variable
  kUnlockedMembers,   // upstream commit c1df54c1: statistics walk the members without their lock
  kLocksAtReceiver,  // spec, defect 4: INCR, DECR, GETPUT lock on the node that received the command
  kOwnerChangesUnnoticed,  // an operation that began under the old owner goes on under the new one
};

struct Design {
  // Takes a bound node into the cluster and lets it serve.
  Status (*start)(NodeParts& parts);
  // INCR, DECR, INCRBYFLOAT and GETPUT: reads the value, computes a new one and writes it.
  Reply (*change)(DMaps& maps, const Invocation& invocation, const Change& change);
  // Sends a routing table to the members of each wave, and returns what became of it.
  std::vector<PushOutcome> (*push)(const Peers& peers, std::vector<std::vector<Member>> waves,
                                   const Command& command);
  // For the statistics.
  std::vector<Member> (*list_members)(const Members& members);
  Handover handover;

  Design();  // fixed
  // All of it as reported, or as it should be.
  explicit Design(systems::Variant variant);
  // As it should be, but for one defect if the variant is as-reported.
  Design(systems::Variant variant, Defect defect);
};

}  // namespace olric
