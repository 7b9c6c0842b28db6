// The life of an engine: creation, deletion, the periodic look, expansion. See engine.h.
#include "systems/longhorn/engine.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

// What a replica's head descends from: the oldest snapshot, or the head itself.
uint64_t AncestorTime(const ReplicaInfo& info) {
  if (info.active_chain.empty()) return info.head.creation_time;
  return info.snapshots.at(info.active_chain.front()).creation_time;
}

}  // namespace

Engine::Engine(const Node& node, ReplicaService& replicas, Spec spec)
    : node_(node), replicas_(replicas), spec_(std::move(spec)) {
  spec_.spec_size = RoundUpToMiB(spec_.spec_size);
}

EngineInfo Engine::Describe() const {
  EngineInfo info;
  info.name = spec_.name;
  info.volume_name = spec_.volume_name;
  info.spec_size = spec_.spec_size;
  info.actual_size = actual_size_;
  info.ip = node_.ip;
  info.port = ports_.first;
  for (const auto& [name, member] : members_) {
    info.replica_address_map[name] = member.address;
    info.replica_mode_map[name] = member.mode;
  }
  info.head = head_;
  info.snapshots = snapshots_;
  info.frontend = spec_.frontend;
  info.endpoint = Endpoint();
  info.state = state_;
  info.error_msg = error_msg_;
  info.is_expanding = is_expanding_;
  info.snapshot_max_count = spec_.snapshot_max_count;
  return info;
}

std::string Engine::Endpoint() const {
  if (device_ == nullptr) return "";
  if (spec_.frontend == kFrontendBlockdev) return "/dev/longhorn/" + spec_.volume_name;
  return "nvmf://" + Address(node_.ip, ports_.first) + "/" + Nqn(spec_.name);
}

Status Engine::Fail(Status status) {
  state_ = State::kError;
  error_msg_ = status.message;
  return status;
}

Status Engine::RequireRunning(const std::string& operation, WriteOnly write_only) const {
  if (state_ != State::kRunning) {
    return Error(Code::kFailedPrecondition, "invalid state " + std::string(StateName(state_)) +
                                                " for engine " + spec_.name + " " + operation);
  }
  if (write_only == WriteOnly::kForbidden && HasMode(Mode::kWO)) {
    return Error(Code::kFailedPrecondition,
                 "engine " + spec_.name + " contains a WO replica during " + operation);
  }
  return {};
}

bool Engine::HasMode(Mode mode) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const auto& item) { return item.second.mode == mode; });
}

std::string Engine::NewName(const std::string& prefix) {
  char digits[9];
  do {
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(++names_made_));
  } while (snapshots_.contains(prefix + digits));
  return prefix + digits;
}

Status Engine::Create(int port_count) {
  if (state_ == State::kRunning || state_ == State::kSuspended) {
    return Error(Code::kAlreadyExists, "engine " + spec_.name + " already exists");
  }
  if (state_ != State::kPending) {
    return Error(Code::kFailedPrecondition, "invalid state " + std::string(StateName(state_)) +
                                                " for engine " + spec_.name + " creation");
  }
  if (Status status = Build(port_count); !status.ok()) {
    (void)Disconnect();
    node_.ports.Release(std::exchange(ports_, {}));
    (void)Fail(status);
  } else {
    state_ = State::kRunning;
  }
  return {};
}

Status Engine::Build(int port_count) {
  for (const auto& [name, address] : spec_.replica_address_map) members_[name].address = address;
  if (spec_.salvage_requested) SalvageFilter();
  for (auto& [name, member] : members_) Connect(name, &member);
  if (Status status = RefreshInfo(); !status.ok()) return status;
  if (Status status = CreateRaid(); !status.ok()) return status;
  if (spec_.frontend == kFrontendNone) return {};

  const Result<PortRange> ports = node_.ports.Allocate(port_count);
  if (!ports.ok()) return ports.status();
  ports_ = *ports;
  if (Status status = StopExpose(node_, spec_.name); !status.ok()) return status;
  if (Status status = StartExpose(node_, spec_.name, spec_.name, ports_.first); !status.ok()) {
    return status;
  }
  device_ = std::make_shared<VolumeDevice>(node_.target, spec_.name);
  return {};
}

// After all replicas have failed nobody knows which missed the last writes; the largest did so least.
void Engine::SalvageFilter() {
  std::map<std::string, uint64_t> sizes;
  uint64_t largest = 0;
  for (const auto& [name, member] : members_) {
    const Result<ReplicaInfo> info = replicas_.ReplicaGet(name);
    sizes[name] = info.ok() ? info->head.actual_size : 0;
    largest = std::max(largest, sizes[name]);
  }
  std::erase_if(members_, [&](const auto& item) { return sizes[item.first] < largest; });
}

void Engine::Connect(const std::string& replica, Member* member) {
  const Result<std::string> bdev = Attach(node_, replica, replica, member->address);
  if (!bdev.ok()) return MarkReplicaError(replica, bdev.status());
  member->bdev = *bdev;
  const Result<std::vector<BdevInfo>> info = node_.target.BdevGetBdevs(*bdev);
  if (!info.ok()) return MarkReplicaError(replica, info.status());
  if (info->front().bytes() != spec_.spec_size) {
    MarkReplicaError(replica, Unknown("replica " + replica + " has another size"));
  }
}

void Engine::MarkReplicaError(const std::string& replica, const Status& why) {
  const auto found = members_.find(replica);
  if (found == members_.end()) return;
  found->second.mode = Mode::kErr;
  error_msg_ = why.message;
  if (found->second.bdev.empty()) return;
  // Nothing may be read from it any more. That it was thrown out already is fine.
  (void)node_.target.BdevRaidRemoveBaseBdev(found->second.bdev);
  (void)node_.target.BdevNvmeDetachController(replica);
  found->second.bdev.clear();
}

Status Engine::RefreshInfo() {
  const ReplicaInfo* best = nullptr;
  std::map<std::string, ReplicaInfo> infos;
  for (auto& [name, member] : members_) {
    if (member.mode == Mode::kErr) continue;
    const Result<ReplicaInfo> info = replicas_.ReplicaGet(name);
    if (!info.ok()) {
      MarkReplicaError(name, info.status());
    } else if (info->state != State::kRunning) {
      MarkReplicaError(name, Unknown("replica " + name + " is not running"));
    } else if (member.mode == Mode::kRW) {
      const ReplicaInfo& kept = infos.emplace(name, *info).first->second;
      if (best == nullptr || AncestorTime(kept) < AncestorTime(*best)) best = &kept;
    }
  }
  if (best == nullptr) return Unknown("engine " + spec_.name + " has no RW replica");
  head_ = best->head;
  snapshots_ = best->snapshots;
  actual_size_ = best->actual_size;
  return {};
}

Status Engine::CreateRaid() {
  std::vector<std::string> bases;
  for (const auto& [name, member] : members_) {
    if (member.mode == Mode::kRW) bases.push_back(member.bdev);
  }
  return node_.target.BdevRaidCreate(spec_.name, bases);
}

Status Engine::Disconnect() {
  Status first = StopExpose(node_, spec_.name);
  Status raid = MissingIsFine(node_.target.BdevRaidDelete(spec_.name));
  if (first.ok()) first = raid;
  for (auto& [name, member] : members_) {
    if (member.bdev.empty()) continue;
    Status status = MissingIsFine(node_.target.BdevNvmeDetachController(name));
    if (first.ok()) first = status;
    member.bdev.clear();
  }
  return first;
}

Status Engine::Reconnect() {
  for (auto& [name, member] : members_) {
    if (member.mode != Mode::kErr) Connect(name, &member);
  }
  if (Status status = RefreshInfo(); !status.ok()) return status;
  if (Status status = CreateRaid(); !status.ok()) return status;
  if (ports_.empty()) return {};
  return StartExpose(node_, spec_.name, spec_.name, ports_.first);
}

void Engine::OnEachReplica(const std::function<Status(const std::string& replica)>& operation) {
  for (auto& [name, member] : members_) {
    if (member.mode == Mode::kErr) continue;
    if (Status status = operation(name); !status.ok()) MarkReplicaError(name, status);
  }
}

Status Engine::Delete() {
  if (device_ != nullptr) device_->Close();
  device_.reset();
  if (Status status = Disconnect(); !status.ok()) return Fail(status);
  node_.ports.Release(std::exchange(ports_, {}));
  state_ = State::kTerminating;
  return {};
}

Status Engine::Sync() {
  if (state_ != State::kRunning && state_ != State::kSuspended) return {};
  const Result<std::vector<BdevInfo>> bdevs = node_.target.BdevGetBdevs();
  if (!bdevs.ok()) return bdevs.status();
  std::map<std::string, const BdevInfo*> by_name;
  for (const BdevInfo& bdev : *bdevs) by_name[bdev.name] = &bdev;
  const auto raid = by_name.find(spec_.name);
  if (raid == by_name.end() || !raid->second->raid || raid->second->bytes() != spec_.spec_size) {
    (void)Fail(Unknown("engine " + spec_.name + ": the RAID is not there, or has another size"));
    return {};
  }
  const std::vector<std::string>& bases = raid->second->raid->base_bdevs;
  for (auto& [name, member] : members_) {
    if (member.mode == Mode::kErr) continue;
    const auto bdev = by_name.find(member.bdev);
    const bool connected =
        bdev != by_name.end() && bdev->second->nvme && bdev->second->nvme->controller == name &&
        bdev->second->nvme->subnqn == Nqn(name) &&
        Address(bdev->second->nvme->traddr, bdev->second->nvme->trsvcid) == member.address &&
        bdev->second->bytes() == spec_.spec_size;
    if (!connected || std::find(bases.begin(), bases.end(), member.bdev) == bases.end()) {
      MarkReplicaError(name, Unknown("replica " + name + " is not part of the RAID"));
    }
  }
  if (Status status = RefreshInfo(); !status.ok()) (void)Fail(status);
  return {};
}

void Engine::MarkError(const std::string& why) {
  if (state_ == State::kRunning || state_ == State::kSuspended) (void)Fail(Unknown(why));
}

Status Engine::Suspend() {
  if (state_ == State::kSuspended) return {};
  if (Status status = RequireRunning("suspension", WriteOnly::kAllowed); !status.ok()) {
    return status;
  }
  if (device_ != nullptr) device_->Suspend();
  state_ = State::kSuspended;
  return {};
}

Status Engine::Resume() {
  if (state_ == State::kRunning) return {};
  if (state_ != State::kSuspended) return RequireRunning("resumption", WriteOnly::kAllowed);
  if (device_ != nullptr) device_->Resume();
  state_ = State::kRunning;
  return {};
}

Status Engine::Expand(uint64_t size) {
  if (Status status = RequireRunning("expansion", WriteOnly::kForbidden); !status.ok()) {
    return status;
  }
  size = RoundUpToMiB(size);
  if (size == spec_.spec_size) return {};
  if (size < spec_.spec_size) {
    return Error(Code::kInvalidArgument, "cannot shrink engine " + spec_.name);
  }
  is_expanding_ = true;
  const SuspendedDevice suspended(device_.get());
  Status status = Disconnect();
  if (status.ok()) {
    spec_.spec_size = size;
    OnEachReplica([&](const std::string& name) { return replicas_.ReplicaExpand(name, size); });
    status = Reconnect();
  }
  is_expanding_ = false;
  return status.ok() ? status : Fail(status);
}

}  // namespace longhorn
