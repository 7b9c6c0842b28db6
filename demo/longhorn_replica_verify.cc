// The kernel of a bug in the Longhorn SPDK engine (longhorn issue 9953): a periodic verify() compares the server's map
// of replicas with the list of volumes in the SPDK target and drops replicas that have no volume. A replica enters the
// map BEFORE its volume exists, so a list that was taken in between condemns it.
//
//   step | ReplicaCreate (gRPC handler)              | verify (monitor)
//   1    | server lock: pending replica into the map |
//   2    |                                           | server lock: copies the map, lists volumes: none yet
//   3    | replica lock: creates the volume; running |
//   4    |                                           | replica lock: not rebuilding; its volume is not in the list of
//        |                                           |   step 2: drops it; publishes the map
//   5    | returns success                           |
//   6    | ReplicaGet: "cannot find replica"         |    <- assertion
//
// EVERY access is under a lock, so there is no data race and no race detector can see it: two stores (the map and the
// target) are read at different times and judged as if it were one. The finder is the program's own invariant: after
// ReplicaCreate has succeeded, ReplicaGet finds that replica.
//
// As reported: as above. Fixed (-DDEMO_FIXED=1): creation only reserves its name, and inserts the replica when it is
// complete; verify neither drops nor adopts a reserved name, and throws its decision away if the generation of the map
// changed since its list was taken; two creations of one name cannot both pass.
#undef NDEBUG
#include <cassert>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

namespace {

constexpr bool kFixed = DEMO_FIXED;

// The SPDK target: another process with a lock of its own, reached by JSON-RPC.
class SpdkTarget {
 public:
  void BdevLvolCreate(const std::string& name) {
    std::lock_guard lock(mutex_);
    lvols_.insert(name);
  }

  std::set<std::string> BdevGetBdevs() {
    std::lock_guard lock(mutex_);
    return lvols_;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> lvols_;
};

class Replica {
 public:
  // Step 3. The lock is held for the whole call, as upstream.
  void Create(SpdkTarget& target, const std::string& name) {
    std::lock_guard lock(mutex_);
    target.BdevLvolCreate(name);
    running_ = true;
  }

  bool IsRebuilding() {
    std::lock_guard lock(mutex_);
    return rebuilding_;
  }

  bool IsRunning() {
    std::lock_guard lock(mutex_);
    return running_;
  }

 private:
  std::mutex mutex_;
  bool running_ = false;
  bool rebuilding_ = false;
};

using ReplicaMap = std::map<std::string, std::shared_ptr<Replica>>;

class Server {
 public:
  // Returns the running replica, or null if the name is taken.
  std::shared_ptr<Replica> ReplicaCreate(const std::string& name) {
    auto replica = std::make_shared<Replica>();
    {
      std::lock_guard lock(mutex_);
      if (replica_map_.contains(name) || creating_.contains(name)) return nullptr;
      if constexpr (kFixed) {
        creating_.insert(name);
      } else {
        replica_map_[name] = replica;  // Step 1: visible before it exists.
      }
    }
    replica->Create(target_, name);
    if constexpr (kFixed) {
      std::lock_guard lock(mutex_);
      creating_.erase(name);
      replica_map_[name] = replica;
      ++replica_map_generation_;
    }
    return replica;
  }

  std::shared_ptr<Replica> ReplicaGet(const std::string& name) {
    std::lock_guard lock(mutex_);
    const auto found = replica_map_.find(name);
    return found == replica_map_.end() ? nullptr : found->second;
  }

  // One tick of the monitor.
  void Verify() { kFixed ? VerifyFixed() : VerifyAsReported(); }

 private:
  // Holds the server's lock all along: no help, because creation does not.
  void VerifyAsReported() {
    std::lock_guard lock(mutex_);
    ReplicaMap kept = replica_map_;
    const std::set<std::string> lvols = target_.BdevGetBdevs();  // Step 2.
    for (const auto& [name, replica] : replica_map_) {
      if (replica->IsRebuilding()) continue;  // Waits for step 3, if that is under way.
      if (!lvols.contains(name)) kept.erase(name);
    }
    replica_map_ = kept;  // Step 4.
  }

  // Does not even hold the lock around the remote call.
  void VerifyFixed() {
    uint64_t generation = 0;
    {
      std::lock_guard lock(mutex_);
      generation = replica_map_generation_;
    }
    const std::set<std::string> lvols = target_.BdevGetBdevs();
    std::lock_guard lock(mutex_);
    if (generation != replica_map_generation_) return;  // The list is stale: next tick.
    std::erase_if(replica_map_, [&](const auto& entry) {
      return !entry.second->IsRebuilding() && !lvols.contains(entry.first);
    });
    for (const std::string& name : lvols) {  // Left behind by an earlier life of the server.
      if (!creating_.contains(name)) replica_map_.try_emplace(name, std::make_shared<Replica>());
    }
  }

  SpdkTarget target_;
  std::mutex mutex_;  // Guards all below.
  ReplicaMap replica_map_;
  std::set<std::string> creating_;  // Fixed only: names that ReplicaCreate has reserved.
  uint64_t replica_map_generation_ = 0;
};

}  // namespace

int main() {
  Server server;
  std::thread monitor([&] { server.Verify(); });
  std::thread handler([&] {
    const std::shared_ptr<Replica> created = server.ReplicaCreate("test-vol-7-replica-2");
    assert(created && created->IsRunning());
    // The client goes on at once: it builds an engine on the replica and asks the server about it.
    const bool found = server.ReplicaGet("test-vol-7-replica-2") == created;
    assert(found && "cannot find replica test-vol-7-replica-2");
  });
  handler.join();
  monitor.join();
  std::puts("replica found");
}
