// The kernel of a bug in the Olric data store (olric issue 247): a node that joins a cluster starts its server first,
// joins second, and only then notes who it is in RoutingTable::this. Joining makes the coordinator push the routing
// table to the new node at once, and the handler of that push compares owners with `this`.
//
//   step | node N: RoutingTable::Start      | coordinator C            | node N: connection handler
//   1    | the server is listening          |                          |
//   2    | join: C hears of N               | pushes the routing table |
//   3    |                                  |                          | takes updateRoutingMtx, decodes the table
//   4    | this = FindMemberByName(N)       |                          | counts owners equal to this.ID   <- data-race
//
// The handler's lock does not help: it orders handlers among themselves, and the writer never takes it. The harm: the
// handler sees an empty member, counts 0 owned partitions, and the node skips its memory limits until the next push.
// As reported: as above. Fixed (-DDEMO_FIXED=1): Start is split into Join, which publishes `this` and then opens the
// gate that handlers wait at, and Start. A join that fails opens the gate too, so that no handler waits for ever.
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

namespace {

constexpr bool kFixed = DEMO_FIXED;

struct Member {
  std::string name;
  uint64_t name_hash = 0;
  uint64_t id = 0;
  int64_t birthdate = 0;
};

// INTERNAL.NODE.UPDATEROUTING: the owner of each partition.
using RoutingPush = std::vector<uint64_t>;

// The socket between the coordinator and the new node.
class Connection {
 public:
  void Send(RoutingPush push) {
    std::lock_guard lock(mutex_);
    pushes_.push_back(std::move(push));
    changed_.notify_one();
  }

  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }

  std::optional<RoutingPush> Receive() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !pushes_.empty(); });
    if (pushes_.empty()) return std::nullopt;
    RoutingPush push = std::move(pushes_.front());
    pushes_.pop_front();
    return push;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RoutingPush> pushes_;
  bool closed_ = false;
};

class RoutingTable {
 public:
  // Finds out who this node is. `known` is false if the cluster did not accept it.
  void Join(uint64_t id, bool known) {
    if (known) this_ = {"node-2", id * 31, id, 1700000000};  // Step 4, Start.
    if constexpr (kFixed) {
      std::lock_guard lock(joined_mutex_);
      joined_ = known ? Joined::kYes : Joined::kFailed;
      joined_changed_.notify_all();
    }
  }

  // Returns false if the node has not joined, and never will.
  bool UpdateRoutingCommandHandler(const RoutingPush& push) {
    if constexpr (kFixed) {
      std::unique_lock lock(joined_mutex_);
      joined_changed_.wait(lock, [&] { return joined_ != Joined::kNotYet; });
      if (joined_ == Joined::kFailed) return false;
    }
    std::lock_guard lock(update_routing_mutex_);
    owners_ = push;
    SetOwnedPartitionCount();
    return true;
  }

  size_t owned_partition_count() {
    std::lock_guard lock(update_routing_mutex_);
    return owned_partition_count_;
  }

 private:
  // REQUIRES: update_routing_mutex_ is held.
  void SetOwnedPartitionCount() {
    owned_partition_count_ = 0;
    for (const uint64_t owner : owners_) {
      if (owner == this_.id) ++owned_partition_count_;  // Step 4, handler.
    }
  }

  enum class Joined { kNotYet, kYes, kFailed };

  Member this_;  // Written once, by Join. Fixed: published by the gate below.
  std::mutex joined_mutex_;
  std::condition_variable joined_changed_;
  Joined joined_ = Joined::kNotYet;  // Guarded by joined_mutex_.

  std::mutex update_routing_mutex_;  // Serialises handlers; guards all below.
  std::vector<uint64_t> owners_;
  size_t owned_partition_count_ = 0;
};

// A node joins a cluster of two with four partitions. Returns how many of them it believes to own.
size_t JoinCluster(bool accepted) {
  constexpr uint64_t kNewNode = 2;
  RoutingTable table;
  Connection connection;
  std::thread handler([&] {  // Step 1: listening from the beginning.
    while (const std::optional<RoutingPush> push = connection.Receive())
      table.UpdateRoutingCommandHandler(*push);
  });
  std::thread coordinator([&] {  // Step 2: the node-join event.
    connection.Send({1, kNewNode, 1, kNewNode});
    connection.Close();
  });
  table.Join(kNewNode, accepted);
  coordinator.join();
  handler.join();
  return table.owned_partition_count();
}

}  // namespace

int main() {
  const size_t owned = JoinCluster(true);
  std::printf("%zu partitions owned\n", owned);
  if (!kFixed) return 0;
  return owned == 2 && JoinCluster(false) == 0 ? 0 : 1;
}
