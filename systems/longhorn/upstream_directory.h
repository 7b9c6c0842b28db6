// The directory as upstream has it, with the rules of one of its versions: a map under the server's mutex (S), each instance
// with a mutex of its own (R). Every access is under a lock, so no race detector has anything to say; what goes wrong is
// that Verify concludes from a list of the target that is older than the map it changes (README.md tells the interleavings).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "systems/longhorn/directory.h"

namespace longhorn {

template <typename Instance>
class UpstreamDirectory final : public Directory<Instance> {
 public:
  using typename Directory<Instance>::Info;
  using typename Directory<Instance>::Make;
  using typename Directory<Instance>::Operation;

  // `server_mutex` is S, which all directories of a server share. `changed` is called after every change.
  UpstreamDirectory(std::string kind, UpstreamRules rules, std::mutex& server_mutex,
                    std::function<void()> changed)
      : kind_(std::move(kind)),
        rules_(rules),
        server_mutex_(server_mutex),
        changed_(std::move(changed)) {}

  Status Create(const std::string& name, const Make& make, const Operation& build) override {
    const std::shared_ptr<Entry> entry = FindOrMake(name, make);
    Status status;
    {
      const std::lock_guard r(entry->mutex);
      status = build(*entry->instance);
    }
    changed_();
    if (!rules_.insert_first) Insert(name, entry);  // also if it failed
    return status;
  }

  Status With(const std::string& name, const Operation& operation) override {
    const std::shared_ptr<Entry> entry = Find(name);
    if (entry == nullptr) return CannotFind(kind_, name);
    Status status;
    {
      const std::lock_guard r(entry->mutex);
      status = operation(*entry->instance);
    }
    changed_();
    return status;
  }

  Status Delete(const std::string& name, const Operation& operation, bool erase) override {
    const std::shared_ptr<Entry> entry = Find(name);
    if (entry == nullptr) return {};
    {
      const std::lock_guard r(entry->mutex);
      if (Status status = operation(*entry->instance); !status.ok()) return status;
    }
    if (erase) {
      const std::lock_guard s(server_mutex_);
      map_.erase(name);
      ++generation_;
    }
    changed_();
    return {};
  }

  Result<Info> Get(const std::string& name) override {
    const std::shared_ptr<Entry> entry = Find(name);
    if (entry == nullptr) return CannotFind(kind_, name);
    const std::lock_guard r(entry->mutex);
    return entry->instance->Describe();
  }

  std::map<std::string, Info> List() override {
    Map map;
    {
      const std::lock_guard s(server_mutex_);
      map = map_;
    }
    std::map<std::string, Info> infos;
    for (const auto& [name, entry] : map) {
      const std::lock_guard r(entry->mutex);
      infos.emplace(name, entry->instance->Describe());
    }
    return infos;
  }

  Status Verify(const Survey<Instance>& survey) override {
    std::unique_lock s(server_mutex_);
    Map kept = map_;
    Map to_sync = map_;
    const uint64_t generation = generation_;
    if (rules_.locks_instances_under_map_lock) {
      for (const auto& [name, entry] : map_) {
        const std::lock_guard r(entry->mutex);
        (void)entry->instance->Describe();
      }
    }
    if (survey.look) {
      if (!rules_.lock_while_listing) s.unlock();
      const Result<Listing> listing = survey.look();
      if (!listing.ok()) return listing.status();
      Adopt(*listing, survey, &kept, &to_sync);
      // Waits for R, and so for a Create that is under way, and then still believes the listing.
      std::erase_if(kept, [&](const auto& item) {
        if (listing->found.contains(item.first)) return false;
        const std::lock_guard r(item.second->mutex);
        return !item.second->instance->IsBusy() && !listing->HasAnyOf(item.first);
      });
      if (!s.owns_lock()) s.lock();
      if (rules_.check_generation && generation != generation_) return {};  // nothing is synced
      map_ = std::move(kept);
    }
    s.unlock();
    return Sync(to_sync, survey);
  }

 private:
  struct Entry {
    explicit Entry(std::unique_ptr<Instance> made) : instance(std::move(made)) {}

    std::mutex mutex;                          // R
    const std::unique_ptr<Instance> instance;  // what it points to is guarded by mutex
  };
  using Map = std::map<std::string, std::shared_ptr<Entry>>;

  [[nodiscard]] std::shared_ptr<Entry> Find(const std::string& name) {
    const std::lock_guard s(server_mutex_);
    const auto found = map_.find(name);
    return found == map_.end() ? nullptr : found->second;
  }

  [[nodiscard]] std::shared_ptr<Entry> FindOrMake(const std::string& name, const Make& make) {
    const std::lock_guard s(server_mutex_);
    if (const auto found = map_.find(name); found != map_.end()) return found->second;
    auto entry = std::make_shared<Entry>(make());
    if (rules_.insert_first) {
      map_.emplace(name, entry);
      ++generation_;
    }
    return entry;
  }

  void Insert(const std::string& name, const std::shared_ptr<Entry>& entry) {
    const std::lock_guard s(server_mutex_);
    map_[name] = entry;
    ++generation_;
  }

  void Adopt(const Listing& listing, const Survey<Instance>& survey, Map* kept, Map* to_sync) {
    for (const auto& [name, bdev] : listing.found) {
      if (kept->contains(name)) continue;
      auto entry = std::make_shared<Entry>(survey.adopt(name, bdev));
      kept->emplace(name, entry);
      to_sync->emplace(name, entry);
    }
  }

  // Of those that were there at the beginning, also the ones that have been dropped since.
  Status Sync(const Map& to_sync, const Survey<Instance>& survey) {
    Status first;
    for (const auto& [name, entry] : to_sync) {
      const std::lock_guard r(entry->mutex);
      Status status = survey.sync(*entry->instance);
      if (first.ok()) first = std::move(status);
    }
    return first;
  }

  const std::string kind_;
  const UpstreamRules rules_;
  std::mutex& server_mutex_;  // S: guards map_ and generation_
  const std::function<void()> changed_;
  Map map_;
  uint64_t generation_ = 0;
};

}  // namespace longhorn
