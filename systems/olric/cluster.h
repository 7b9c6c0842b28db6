// A cluster of nodes in one process: nodes that start, leave and die, and what must hold of them together.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "systems/base/clock.h"
#include "systems/olric/memory_gossip.h"
#include "systems/olric/memory_transport.h"
#include "systems/olric/node.h"

namespace olric {

// A configuration in which nothing happens by itself and nothing gives up: what nodes do is what they are told, whatever the
// schedule. Few partitions keep it cheap.
[[nodiscard]] Config QuietConfig(uint32_t partition_count = 7);

// Add() and the accessors may be called by several threads; the rest by one, while no other uses the nodes concerned.
class Cluster {
 public:
  explicit Cluster(Config config) : config_(std::move(config)) {}
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster();

  // Starts one more node; returns when it is a member. Panics if it cannot start.
  Node& Add();
  // The same for `count` nodes that start at the same time, each in a thread of its own.
  void AddTogether(int count);
  // A node that has not been started yet.
  [[nodiscard]] std::unique_ptr<Node> Make();

  // Waits until all members have dealt with all changes.
  void Settle() const { gossip_.WaitUntilSettled(); }
  // The node leaves, and is destroyed.
  void Leave(size_t index);
  // The node's machine fails: nothing reaches it any more, and then the others notice. Returns when it is destroyed.
  void Kill(size_t index);

  // In the order in which they had started.
  [[nodiscard]] Node& operator[](size_t index) const;
  [[nodiscard]] size_t size() const;
  // The index of the node that owns the key, or that does not.
  [[nodiscard]] size_t OwnerOf(const std::string& map, const std::string& key) const;
  [[nodiscard]] size_t StrangerOf(const std::string& map, const std::string& key) const;

  // Panics unless all nodes have the same table, every partition has exactly one owner, which is a live node, and the nodes'
  // counts of owned partitions add up. REQUIRES: settled.
  void CheckRouting() const;

  [[nodiscard]] systems::ManualClock& clock() { return clock_; }
  [[nodiscard]] MemoryTransport& transport() { return transport_; }
  [[nodiscard]] MemoryGossip& gossip() { return gossip_; }

 private:
  const Config config_;
  systems::ManualClock clock_;
  MemoryTransport transport_;
  MemoryGossip gossip_;

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Node>> nodes_;  // guarded by mutex_
};

}  // namespace olric
