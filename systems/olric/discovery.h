// Who is in the cluster: what a gossip protocol (upstream: memberlist) tells a node. A narrow interface; within one process
// it is implemented by MemoryGossip.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "systems/olric/member.h"
#include "systems/olric/status.h"

namespace olric {

struct ClusterEvent {
  enum class What { kJoin, kLeave };  // leaving and dying look alike from outside
  What what = What::kJoin;
  Member member;
};

// The proof that the cluster knows a node. Only a Discovery makes one, by joining: what needs it cannot exist before.
class Joined {
 public:
  [[nodiscard]] const Member& self() const { return self_; }
  // All members at that moment, this one included; of later changes there are events.
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }

 private:
  friend class Discovery;
  Joined(Member self, std::vector<Member> members)
      : self_(std::move(self)), members_(std::move(members)) {}

  Member self_;
  std::vector<Member> members_;
};

// One node's view. Thread-safe.
class Discovery {
 public:
  virtual ~Discovery() = default;

  // Makes the node known to the others, who may act on that before this returns. CLUSTERJOIN if the cluster does not take
  // it; the others have forgotten it then, too.
  [[nodiscard]] virtual Result<Joined> Join(const Member& self) = 0;

  // The live members, oldest first.
  [[nodiscard]] virtual std::vector<Member> Members() const = 0;

  // Waits for the next change after Join(). Nothing once this node has left. One thread only.
  [[nodiscard]] virtual std::optional<ClusterEvent> NextEvent() = 0;

  // Tells the others goodbye, and ends NextEvent(). May be called again.
  virtual void Leave() = 0;

 protected:
  [[nodiscard]] static Joined Prove(Member self, std::vector<Member> members) {
    return {std::move(self), std::move(members)};
  }
};

}  // namespace olric
