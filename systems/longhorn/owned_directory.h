// The directory that holds: every name has one owner at a time, also a name that nothing has yet.
//
// Who wants to change what a name stands for, or whether it stands for anything, takes the name's lease, and works on the
// instance and on its lvols until it is done. What others see is a description that the owner publishes when it gives the
// lease back: whole, or not at all. So
//   - a creation is visible exactly when it is complete, and one that failed was never there;
//   - of two creations of one name the second finds what the first has made;
//   - whoever holds the lease knows that a look at the target, taken under it, is true of this name: everybody who makes or
//     deletes its lvols needs the same lease;
//   - readers never wait for an operation, and never see half of one.
// Verify decides nothing. Its list of the target is stale the moment it has it, and only tells for which names the directory
// and the target seem to differ. For each of these it tries to take the lease: not to get it means that somebody is at work
// on the name, who knows better; to get it means that it may look again and act on that, as any owner. There is no map to be
// overwritten as a whole and no counter of changes, so what happens to one name never costs another its turn.
//
// A lease may be held across calls of the target and of other directories; the order is engine before replica or image, and
// nobody holds two of one directory. The table's mutex is held for no call at all.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "systems/longhorn/directory.h"

namespace longhorn {

template <typename Instance>
class OwnedDirectory final : public Directory<Instance> {
 public:
  using typename Directory<Instance>::Info;
  using typename Directory<Instance>::Make;
  using typename Directory<Instance>::Operation;

  // `changed` is called after every change, when it can be seen.
  OwnedDirectory(std::string kind, std::function<void()> changed)
      : kind_(std::move(kind)), changed_(std::move(changed)) {}

  Status Create(const std::string& name, const Make& make, const Operation& build) override {
    Lease lease(*this, name);
    std::unique_ptr<Instance> fresh = lease.instance() == nullptr ? make() : nullptr;
    const Status status = build(fresh != nullptr ? *fresh : *lease.instance());
    if (!status.ok() && fresh != nullptr) return status;  // it was never there
    if (fresh != nullptr) lease.Put(std::move(fresh));
    lease.Publish();
    return status;
  }

  Status With(const std::string& name, const Operation& operation) override {
    Lease lease(*this, name);
    if (lease.instance() == nullptr) return CannotFind(kind_, name);
    const Status status = operation(*lease.instance());
    lease.Publish();
    return status;
  }

  Status Delete(const std::string& name, const Operation& operation, bool erase) override {
    Lease lease(*this, name);
    if (lease.instance() == nullptr) return {};
    const Status status = operation(*lease.instance());
    if (status.ok() && erase) lease.Put(nullptr);
    lease.Publish();
    return status;
  }

  Result<Info> Get(const std::string& name) override {
    const std::lock_guard lock(table_mutex_);
    const auto found = published_.find(name);
    if (found == published_.end()) return CannotFind(kind_, name);
    return *found->second;
  }

  std::map<std::string, Info> List() override {
    const std::lock_guard lock(table_mutex_);
    std::map<std::string, Info> infos;
    for (const auto& [name, info] : published_) infos.emplace(name, *info);
    return infos;
  }

  Status Verify(const Survey<Instance>& survey) override {
    if (survey.look) {
      const Result<Listing> listing = survey.look();
      if (!listing.ok()) return listing.status();
      for (const std::string& name : Differing(*listing)) {
        if (Status status = Settle(name, survey); !status.ok()) return status;
      }
    }
    Status first;
    for (const std::string& name : Names()) {
      Lease lease(*this, name, std::try_to_lock);
      if (!lease.held() || lease.instance() == nullptr) continue;
      Status status = survey.sync(*lease.instance());
      if (first.ok()) first = std::move(status);
      lease.Publish();
    }
    return first;
  }

 private:
  struct Slot {
    std::mutex owner;  // the lease
    std::unique_ptr<Instance>
        instance;   // guarded by owner; there exactly if published, but for what its owner is doing
    int users = 0;  // who holds the lease or waits for it; guarded by table_mutex_
  };

  // The right to do as one likes with a name, for the life of this object.
  class Lease {
   public:
    Lease(OwnedDirectory& directory, const std::string& name)
        : directory_(directory), name_(name), slot_(directory.Join(name)), lock_(slot_->owner) {}
    Lease(OwnedDirectory& directory, const std::string& name, std::try_to_lock_t)
        : directory_(directory),
          name_(name),
          slot_(directory.Join(name)),
          lock_(slot_->owner, std::try_to_lock) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      if (lock_.owns_lock()) lock_.unlock();
      directory_.Leave(name_, *slot_);
      if (published_) directory_.changed_();
    }

    [[nodiscard]] bool held() const { return lock_.owns_lock(); }
    // REQUIRES of the rest: held().
    [[nodiscard]] Instance* instance() const { return slot_->instance.get(); }
    void Put(std::unique_ptr<Instance> instance) { slot_->instance = std::move(instance); }

    // Shows the world how the instance stands, or that there is none.
    void Publish() {
      directory_.Publish(name_, slot_->instance.get());
      published_ = true;
    }

   private:
    OwnedDirectory& directory_;
    const std::string name_;
    const std::shared_ptr<Slot> slot_;
    std::unique_lock<std::mutex> lock_;
    bool published_ = false;
  };

  [[nodiscard]] std::shared_ptr<Slot> Join(const std::string& name) {
    const std::lock_guard lock(table_mutex_);
    std::shared_ptr<Slot>& slot = slots_[name];
    if (slot == nullptr) slot = std::make_shared<Slot>();
    ++slot->users;
    return slot;
  }

  // A slot lives as long as somebody uses it or it has an instance.
  void Leave(const std::string& name, Slot& slot) {
    const std::lock_guard lock(table_mutex_);
    if (--slot.users == 0 && !published_.contains(name)) slots_.erase(name);
  }

  void Publish(const std::string& name, const Instance* instance) {
    auto info = instance == nullptr ? nullptr : std::make_shared<const Info>(instance->Describe());
    const std::lock_guard lock(table_mutex_);
    if (info == nullptr) {
      published_.erase(name);
    } else {
      published_[name] = std::move(info);
    }
  }

  [[nodiscard]] std::set<std::string> Names() {
    const std::lock_guard lock(table_mutex_);
    std::set<std::string> names;
    for (const auto& [name, info] : published_) names.insert(name);
    return names;
  }

  // Names for which the listing, which may be stale, says something else than the table.
  [[nodiscard]] std::set<std::string> Differing(const Listing& listing) {
    std::set<std::string> differing;
    const std::set<std::string> names = Names();
    for (const std::string& name : names) {
      if (!listing.found.contains(name)) differing.insert(name);
    }
    for (const auto& [name, bdev] : listing.found) {
      if (!names.contains(name)) differing.insert(name);
    }
    return differing;
  }

  // As the owner of the name, and with a look of its own: adopts it, drops it, or finds that nothing is wrong.
  Status Settle(const std::string& name, const Survey<Instance>& survey) {
    Lease lease(*this, name, std::try_to_lock);
    if (!lease.held()) return {};
    const Result<Listing> listing = survey.look();
    if (!listing.ok()) return listing.status();
    const auto found = listing->found.find(name);
    if (lease.instance() == nullptr && found != listing->found.end()) {
      lease.Put(survey.adopt(name, found->second));
      lease.Publish();
    } else if (lease.instance() != nullptr && !lease.instance()->IsBusy() &&
               !listing->HasAnyOf(name)) {
      lease.instance()->Forget();
      lease.Put(nullptr);
      lease.Publish();
    }
    return {};
  }

  const std::string kind_;
  const std::function<void()> changed_;
  std::mutex table_mutex_;  // guards all below
  std::map<std::string, std::shared_ptr<Slot>> slots_;
  std::map<std::string, std::shared_ptr<const Info>> published_;
};

}  // namespace longhorn
