// See routing_table.h.
#include "systems/olric/routing_table.h"

#include <utility>
#include <vector>

#include "systems/olric/hash.h"

namespace olric {

RoutingTable::RoutingTable(const Joined& joined, uint32_t partition_count, Handover handover)
    : partition_count_(partition_count),
      handover_(handover),
      this_(joined.self()),
      gates_(std::make_unique<Gate[]>(partition_count)) {}

RoutingTable::RoutingTable(BeforeJoining, uint32_t partition_count, Handover handover)
    : partition_count_(partition_count),
      handover_(handover),
      gates_(std::make_unique<Gate[]>(partition_count)) {}

void RoutingTable::NoteIdentity(const Member& self) {
  this_.id = self.id;  // as-reported: step 4, the unordered write
  this_.name = self.name;
  this_.name_hash = self.name_hash;
  this_.birthdate = self.birthdate;
}

Status RoutingTable::Update(const RoutingPush& push, const Discovery& discovery) {
  const std::lock_guard handlers(update_mutex_);
  const std::vector<Member> members = discovery.Members();
  if (!Holds(members, push.coordinator_id)) {
    return Fail(Code::kError, "member not found with id: " + std::to_string(push.coordinator_id));
  }
  if (members.front().id != push.coordinator_id) {
    return Fail(Code::kError,
                "unrecognized cluster coordinator: " + std::to_string(push.coordinator_id));
  }
  if (push.coordinator_id == last_coordinator_ && push.epoch < last_epoch_) {
    return Fail(Code::kError, "a later routing table is in force");
  }
  std::optional<Routes> routes = DecodeRoutes(push.payload, partition_count_);
  if (!routes) return Fail(Code::kInvalidArgument, "invalid routing table");
  last_coordinator_ = push.coordinator_id;
  last_epoch_ = push.epoch;
  Replace(std::move(*routes), Hash64(push.payload));
  SetOwnedPartitionCount();
  bootstrapped_.Open();
  return {};
}

void RoutingTable::Replace(Routes routes, uint64_t signature) {
  const std::shared_ptr<const Routes> before = this->routes();
  auto next = std::make_shared<const Routes>(std::move(routes));
  std::vector<Gate*> shut;
  if (before != nullptr && handover_ == Handover::kDrained) {
    for (uint32_t partition = 0; partition < partition_count_; ++partition) {
      if ((*before)[partition] == (*next)[partition]) continue;
      gates_[partition].Shut();
      shut.push_back(&gates_[partition]);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    routes_ = std::move(next);
    signature_ = signature;
    changed_.notify_all();
  }
  for (Gate* gate : shut) gate->Open();
}

void RoutingTable::SetOwnedPartitionCount() {
  const std::shared_ptr<const Routes> routes = this->routes();
  uint64_t owned = 0;
  for (const Route& route : *routes) {
    if (route.owners.back().id == this_.id) ++owned;  // as-reported: step 4, the unordered read
  }
  owned_partition_count_ = owned;
}

std::shared_ptr<const Routes> RoutingTable::routes() const {
  const std::lock_guard lock(mutex_);
  return routes_;
}

uint64_t RoutingTable::signature() const {
  const std::lock_guard lock(mutex_);
  return signature_;
}

bool RoutingTable::WaitForFirst(std::chrono::nanoseconds timeout) const {
  using State = systems::Latch::State;
  const bool no_limit = timeout == std::chrono::nanoseconds::zero();
  const State state = no_limit ? bootstrapped_.Wait() : bootstrapped_.WaitFor(timeout);
  return state == State::kOpen;
}

void RoutingTable::WaitForChange(uint64_t seen, std::chrono::nanoseconds timeout) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return signature_ != seen; });
}

RoutingTable::Stay::Stay(RoutingTable* table, uint32_t partition)
    : table_(table), partition_(partition) {
  if (table_->handover_ == Handover::kDrained) table_->gates_[partition_].Enter();
  const std::lock_guard lock(table_->mutex_);
  routes_ = table_->routes_;
  signature_ = table_->signature_;
}

RoutingTable::Stay::~Stay() {
  if (table_->handover_ == Handover::kDrained) table_->gates_[partition_].Leave();
}

bool RoutingTable::Stay::owned() const { return route().owners.back().id == table_->this_.id; }

}  // namespace olric
