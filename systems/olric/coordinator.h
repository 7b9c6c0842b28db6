// What the oldest member does for all: computes who owns which partition, and tells everybody.
//
// A partition that moves passes through three tables. In the first its owners are [old, new]: the new owner answers, and asks
// the old one for what it does not have. The balancer then moves the data. In a later table the old owner, found empty, is
// no longer listed.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "systems/olric/context.h"

namespace olric {

// What became of a table that was sent to one member.
struct PushOutcome {
  Member member;
  Reply reply;
};

// Thread-safe.
class Coordinator {
 public:
  explicit Coordinator(Context context) : context_(context) {}

  // Computes the table anew and pushes it, if this node is the oldest member; otherwise does nothing. Pushes take turns. A
  // member that cannot be reached costs the others nothing: it gets the next table. Returns false if somebody did not take it.
  bool Push();

  // This node is the oldest member.
  [[nodiscard]] bool IsCoordinator() const;

 private:
  [[nodiscard]] Routes Distribute(const std::vector<Member>& members) const;
  void KeepHolders(Kind kind, const std::vector<Member>& members, const Routes& before,
                   Routes* routes) const;
  [[nodiscard]] static std::vector<std::vector<Member>> Waves(const std::vector<Member>& members,
                                                              const Routes* before,
                                                              const Routes& after);
  // Adds who reports data that the table does not know of. False if there was nothing to add.
  [[nodiscard]] bool AdoptLeftOver(const std::vector<PushOutcome>& outcomes, Routes* routes) const;

  Context context_;
  std::mutex push_mutex_;               // guards the rest; no handler takes it
  uint64_t epoch_ = 0;                  // of the last push
  std::set<uint64_t> took_last_table_;  // ids of members
};

}  // namespace olric
