// The members as this node has heard of them, event by event.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "systems/olric/member.h"

namespace olric {

// Thread-safe, but for Unlocked().
class Members {
 public:
  void Add(const Member& member) {
    const std::lock_guard lock(mutex_);
    members_[member.id] = member;
  }

  void Remove(uint64_t id) {
    const std::lock_guard lock(mutex_);
    members_.erase(id);
  }

  // Oldest first.
  [[nodiscard]] std::vector<Member> List() const {
    std::vector<Member> list;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, member] : members_) list.push_back(member);
    }
    std::sort(list.begin(), list.end(), Older);
    return list;
  }

  [[nodiscard]] size_t size() const {
    const std::lock_guard lock(mutex_);
    return members_.size();
  }

  // As reported only: the map itself, which others may be changing.
  [[nodiscard]] const std::map<uint64_t, Member>& Unlocked() const { return members_; }

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, Member> members_;  // guarded by mutex_
};

}  // namespace olric
