// See cluster.h.
#include "systems/olric/cluster.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "systems/base/panic.h"
#include "systems/olric/hash.h"

namespace olric {

using systems::Ensure;

Config QuietConfig(uint32_t partition_count) {
  Config config;
  config.partition_count = partition_count;
  for (auto* interval :
       {&config.routing_push_interval, &config.balance_interval, &config.eviction_interval,
        &config.bootstrap_timeout, &config.call_timeout, &config.operation_timeout}) {
    *interval = std::chrono::nanoseconds::zero();
  }
  return config;
}

Cluster::~Cluster() {
  // In the order of age, as a rolling restart would: each time the next takes over.
  for (const auto& node : nodes_) node->Shutdown();
}

std::unique_ptr<Node> Cluster::Make() {
  // Apart from each other, so that the order of age is the order of making.
  clock_.Advance(std::chrono::milliseconds(1));
  return std::make_unique<Node>(config_, &transport_, gossip_.Attach(), &clock_);
}

Node& Cluster::Add() {
  std::unique_ptr<Node> node = Make();
  const Status status = node->Start();
  Ensure(status.ok(), status.message);
  const std::lock_guard lock(mutex_);
  nodes_.push_back(std::move(node));
  return *nodes_.back();
}

void Cluster::AddTogether(int count) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([this] { Add(); });
  for (std::thread& thread : threads) thread.join();
}

void Cluster::Leave(size_t index) {
  std::unique_ptr<Node> node;
  {
    const std::lock_guard lock(mutex_);
    node = std::move(nodes_[index]);
    nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(index));
  }
  node->Shutdown();
}

void Cluster::Kill(size_t index) {
  const std::string address = (*this)[index].address();
  transport_.Kill(address);
  gossip_.MarkDead(address);
  Leave(index);
}

Node& Cluster::operator[](size_t index) const {
  const std::lock_guard lock(mutex_);
  return *nodes_[index];
}

size_t Cluster::size() const {
  const std::lock_guard lock(mutex_);
  return nodes_.size();
}

size_t Cluster::OwnerOf(const std::string& map, const std::string& key) const {
  const auto routes = (*this)[0].table().routes();
  const uint32_t partition = PartitionOf(map, key, config_.partition_count);
  const uint64_t owner = (*routes)[partition].owners.back().id;
  size_t index = 0;
  while (index < size() && (*this)[index].self().id != owner) ++index;
  Ensure(index < size(), "the owner of a partition is no live node");
  return index;
}

size_t Cluster::StrangerOf(const std::string& map, const std::string& key) const {
  return OwnerOf(map, key) == 0 ? 1 : 0;
}

void Cluster::CheckRouting() const {
  const auto routes = (*this)[0].table().routes();
  Ensure(routes != nullptr, "a member has no routing table");
  uint64_t owned = 0;
  for (size_t i = 0; i < size(); ++i) {
    Node& node = (*this)[i];
    Ensure(node.table().signature() == (*this)[0].table().signature(),
           "two members have different routing tables");
    const uint64_t listed = static_cast<uint64_t>(std::count_if(
        routes->begin(), routes->end(),
        [&](const Route& route) { return route.owners.back().id == node.self().id; }));
    Ensure(node.owned_partition_count() == listed, "a member counts the wrong owned partitions");
    owned += listed;
  }
  Ensure(owned == config_.partition_count, "a partition is owned by no live member");
}

}  // namespace olric
