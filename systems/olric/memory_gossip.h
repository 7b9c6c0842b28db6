// Discovery within one process: one cluster, whose members hear of each other at once and each from a queue of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "systems/olric/discovery.h"

namespace olric {

// Thread-safe. Must outlive the views it gives out.
class MemoryGossip {
 public:
  MemoryGossip() = default;
  MemoryGossip(const MemoryGossip&) = delete;
  MemoryGossip& operator=(const MemoryGossip&) = delete;

  // The view of one node to be.
  [[nodiscard]] std::unique_ptr<Discovery> Attach();

  // The member with that name is dead: the others are told, and itself gets no more events.
  void MarkDead(const std::string& name);

  // The next Join() under that name is announced to the others, and then fails.
  void RefuseNext(const std::string& name);

  // Waits until every member has dealt with all that it was told, and waits for more. A member counts from its Join() on,
  // so its start is waited for, too.
  void WaitUntilSettled() const;

 private:
  class View;
  struct Peer {
    Member member;
    std::deque<ClusterEvent> events;
    bool waiting = false;  // in NextEvent(), with nothing to do
  };

  [[nodiscard]] Result<Member> Announce(const Member& self);
  [[nodiscard]] std::vector<Member> Members() const;
  [[nodiscard]] std::optional<ClusterEvent> NextEvent(uint64_t id);
  void Remove(uint64_t id);
  // REQUIRES: mutex_ is held.
  void Tell(const ClusterEvent& event);

  mutable std::mutex mutex_;  // guards the rest
  mutable std::condition_variable changed_;
  std::map<uint64_t, Peer> peers_;  // by id
  std::set<std::string> refused_;
};

}  // namespace olric
