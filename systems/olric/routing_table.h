// One node's copy of the routing table: what the coordinator pushed last, and who among its members this node is.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "systems/base/latch.h"
#include "systems/olric/design.h"
#include "systems/olric/discovery.h"
#include "systems/olric/gate.h"
#include "systems/olric/routes.h"
#include "systems/olric/status.h"

namespace olric {

// A routing table on its way.
struct RoutingPush {
  std::string payload;  // EncodeRoutes
  uint64_t coordinator_id = 0;
  uint64_t epoch =
      0;  // counts the pushes of one coordinator; a push that was overtaken by a later one is refused
};

// Stands for a node that does not know yet who it is. Nothing but the as-reported life cycle has a use for it.
struct BeforeJoining {};

// Thread-safe, but for NoteIdentity().
class RoutingTable {
 public:
  RoutingTable(const Joined& joined, uint32_t partition_count, Handover handover);
  RoutingTable(BeforeJoining, uint32_t partition_count, Handover handover);

  // As reported only: a table that was made before joining learns whom it belongs to, with nothing that orders this write
  // before the handler's read. (See design.cc.)
  void NoteIdentity(const Member& self);

  // The node's own identity. REQUIRES: it has joined.
  [[nodiscard]] const Member& self() const { return this_; }

  // Takes over a pushed table, if it comes from the member that this node holds for the coordinator and is well-formed.
  // Returns when all operations that the change concerns have ended.
  [[nodiscard]] Status Update(const RoutingPush& push, const Discovery& discovery);

  // The table in force; null before the first push.
  [[nodiscard]] std::shared_ptr<const Routes> routes() const;
  // XXH64 of the payload it came in; 0 before the first push. Nodes with the same table have the same signature.
  [[nodiscard]] uint64_t signature() const;
  // How many partitions this node owned when the table came.
  [[nodiscard]] uint64_t owned_partition_count() const { return owned_partition_count_; }
  [[nodiscard]] uint32_t partition_count() const { return partition_count_; }

  // Waits for the first table for at most `timeout` (zero: as long as it takes). False if it did not come.
  [[nodiscard]] bool WaitForFirst(std::chrono::nanoseconds timeout) const;
  // Lets those go who wait for a table that will not come any more.
  void GiveUp() { bootstrapped_.Stop(); }
  // Waits until the signature is another than `seen`, for at most `timeout`.
  void WaitForChange(uint64_t seen, std::chrono::nanoseconds timeout) const;

  // An operation's stay in a partition, during which its owner does not change.
  class Stay {
   public:
    // Waits while the owner is being changed. REQUIRES: the first table has come.
    Stay(RoutingTable* table, uint32_t partition);
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay();

    [[nodiscard]] const Route& route() const { return (*routes_)[partition_]; }
    [[nodiscard]] uint32_t partition() const { return partition_; }
    // This node owns the partition.
    [[nodiscard]] bool owned() const;
    [[nodiscard]] uint64_t signature() const { return signature_; }

   private:
    RoutingTable* const table_;
    const uint32_t partition_;
    std::shared_ptr<const Routes> routes_;
    uint64_t signature_ = 0;
  };

 private:
  void Replace(Routes routes, uint64_t signature);
  void SetOwnedPartitionCount();

  const uint32_t partition_count_;
  const Handover handover_;

  // Who this node is. A plain value: fixed, it is there before anyone can reach the table; as reported, it is written later.
  Member this_;

  // Handlers of pushes take turns. It orders them among themselves and nothing else.
  std::mutex update_mutex_;
  uint64_t last_coordinator_ = 0;  // guarded by update_mutex_
  uint64_t last_epoch_ = 0;        // guarded by update_mutex_

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::shared_ptr<const Routes> routes_;  // guarded by mutex_
  uint64_t signature_ = 0;                // guarded by mutex_

  const std::unique_ptr<Gate[]> gates_;  // by partition
  // Published for readers that need no more than a recent number.
  std::atomic<uint64_t> owned_partition_count_{0};
  systems::Latch bootstrapped_;
};

}  // namespace olric
