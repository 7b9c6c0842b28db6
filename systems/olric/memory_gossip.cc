// See memory_gossip.h.
#include "systems/olric/memory_gossip.h"

#include <algorithm>
#include <utility>

namespace olric {

class MemoryGossip::View final : public Discovery {
 public:
  explicit View(MemoryGossip* gossip) : gossip_(gossip) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() override { Leave(); }

  [[nodiscard]] Result<Joined> Join(const Member& self) override {
    const Result<Member> announced = gossip_->Announce(self);
    if (!announced.ok()) return announced.status();
    {
      const std::lock_guard lock(mutex_);
      id_ = self.id;
    }
    // As upstream: the cluster knows the node, and only then the node looks itself up.
    std::vector<Member> members = gossip_->Members();
    const auto found = std::find(members.begin(), members.end(), self);
    if (found == members.end()) return Fail(Code::kClusterJoin);
    Member me = *found;
    return Prove(std::move(me), std::move(members));
  }

  [[nodiscard]] std::vector<Member> Members() const override { return gossip_->Members(); }
  [[nodiscard]] std::optional<ClusterEvent> NextEvent() override {
    return gossip_->NextEvent(id());
  }
  void Leave() override { gossip_->Remove(id()); }

 private:
  [[nodiscard]] uint64_t id() const {
    const std::lock_guard lock(mutex_);
    return id_;
  }

  MemoryGossip* const gossip_;
  mutable std::mutex mutex_;
  uint64_t id_ = 0;  // guarded by mutex_; 0 before it joined
};

std::unique_ptr<Discovery> MemoryGossip::Attach() { return std::make_unique<View>(this); }

Result<Member> MemoryGossip::Announce(const Member& self) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, peer] : peers_) {
    if (peer.member.name == self.name) return Fail(Code::kClusterJoin, "name is taken");
  }
  Tell({ClusterEvent::What::kJoin, self});
  if (refused_.erase(self.name) > 0) {
    Tell({ClusterEvent::What::kLeave, self});
    return Fail(Code::kClusterJoin);
  }
  peers_[self.id].member = self;
  return self;
}

std::vector<Member> MemoryGossip::Members() const {
  std::vector<Member> members;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, peer] : peers_) members.push_back(peer.member);
  }
  std::sort(members.begin(), members.end(), Older);
  return members;
}

std::optional<ClusterEvent> MemoryGossip::NextEvent(uint64_t id) {
  std::unique_lock lock(mutex_);
  const auto has_work = [&] {
    const auto peer = peers_.find(id);
    return peer == peers_.end() || !peer->second.events.empty();
  };
  if (!has_work()) {
    peers_.find(id)->second.waiting = true;
    changed_.notify_all();
    changed_.wait(lock, has_work);
  }
  const auto peer = peers_.find(id);
  if (peer == peers_.end()) return std::nullopt;
  peer->second.waiting = false;
  ClusterEvent event = std::move(peer->second.events.front());
  peer->second.events.pop_front();
  return event;
}

void MemoryGossip::Tell(const ClusterEvent& event) {
  for (auto& [id, peer] : peers_) {
    peer.events.push_back(event);
    peer.waiting = false;
  }
  changed_.notify_all();
}

void MemoryGossip::Remove(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  const Member member = found->second.member;
  peers_.erase(found);
  Tell({ClusterEvent::What::kLeave, member});
}

void MemoryGossip::MarkDead(const std::string& name) {
  for (const Member& member : Members()) {
    if (member.name == name) Remove(member.id);
  }
}

void MemoryGossip::RefuseNext(const std::string& name) {
  const std::lock_guard lock(mutex_);
  refused_.insert(name);
}

void MemoryGossip::WaitUntilSettled() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return std::all_of(peers_.begin(), peers_.end(),
                       [](const auto& entry) { return entry.second.waiting; });
  });
}

}  // namespace olric
