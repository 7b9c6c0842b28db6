// The life of a replica: creation, deletion, expansion, the periodic look. See replica.h.
#include "systems/longhorn/replica.h"

#include <utility>

#include "systems/longhorn/names.h"

namespace longhorn {

Replica::Replica(const Node& node, Spec spec) : node_(node), spec_(std::move(spec)) {
  spec_.spec_size = RoundUpToMiB(spec_.spec_size);
}

std::string Replica::HeadAlias() const { return LvolAlias(spec_.lvs_name, spec_.name); }

std::string Replica::SnapshotAlias(const std::string& snapshot) const {
  return LvolAlias(spec_.lvs_name, SnapshotLvolName(spec_.name, snapshot));
}

std::string Replica::RebuildingAlias() const {
  return LvolAlias(spec_.lvs_name, RebuildingLvolName(spec_.name));
}

ReplicaInfo Replica::Describe() const {
  ReplicaInfo info;
  info.name = spec_.name;
  info.lvs_name = spec_.lvs_name;
  info.lvs_uuid = spec_.lvs_uuid;
  info.spec_size = spec_.spec_size;
  info.ip = node_.ip;
  info.port_start = ports_.first;
  info.port_end = ports_.last();
  info.rebuilding = rebuilding_.has_value();
  info.state = state_;
  info.error_msg = error_msg_;
  info.backing_image_name = backing_image_.name;
  if (tree_) {
    info.actual_size = tree_->actual_size();
    info.has_head = true;
    info.head = tree_->head;
    info.snapshots = tree_->snapshots;
    info.active_chain = tree_->active_chain;
  }
  return info;
}

Status Replica::Fail(Status status) {
  state_ = State::kError;
  error_msg_ = status.message;
  return status;
}

Status Replica::RequireUsable(const std::string& operation) const {
  if (state_ == State::kStopped || state_ == State::kRunning) return {};
  return Error(Code::kFailedPrecondition, "invalid state " + std::string(StateName(state_)) +
                                              " for replica " + spec_.name + " " + operation);
}

Status Replica::Refresh() {
  const Result<ReplicaTree> tree = ReadReplicaTree(node_.target, spec_.lvs_name, spec_.name);
  if (!tree.ok()) return tree.status();
  tree_ = *tree;
  spec_.spec_size = tree_->head.spec_size;
  return {};
}

Status Replica::Create(int port_count, const BackingImageLvol& backing_image) {
  if (state_ == State::kRunning) {
    return Error(Code::kAlreadyExists, "replica " + spec_.name + " already exists and running");
  }
  if (state_ != State::kPending && state_ != State::kStopped) {
    return Error(Code::kFailedPrecondition, "invalid state " + std::string(StateName(state_)) +
                                                " for replica " + spec_.name + " creation");
  }
  backing_image_ = backing_image;
  const Status status = CreateAndExpose(port_count);
  if (status.ok()) {
    state_ = State::kRunning;
  } else {
    node_.ports.Release(std::exchange(ports_, {}));
    (void)Fail(status);
  }
  return {};
}

Status Replica::CreateAndExpose(int port_count) {
  if (Status status = PrepareHead(); !status.ok()) return status;
  if (Status status = Refresh(); !status.ok()) return status;
  const Result<PortRange> ports = node_.ports.Allocate(port_count);
  if (!ports.ok()) return ports.status();
  ports_ = *ports;
  if (Status status = StopExpose(node_, spec_.name); !status.ok()) return status;
  return Expose();
}

Status Replica::PrepareHead() {
  if (node_.target.BdevGetBdevs(HeadAlias()).ok()) return {};  // of an earlier life
  if (!backing_image_.alias.empty()) {
    const Result<std::string> head = node_.target.BdevLvolClone(backing_image_.alias, spec_.name);
    if (!head.ok()) return head.status();
    return node_.target.BdevLvolResize(HeadAlias(), spec_.spec_size / kMiB);
  }
  return node_.target.BdevLvolCreate(spec_.lvs_name, spec_.name, spec_.spec_size / kMiB).status();
}

Status Replica::Expose() { return StartExpose(node_, spec_.name, tree_->head.uuid, ports_.first); }

Status Replica::Delete(bool cleanup) {
  if (state_ == State::kPending && !cleanup) return {};
  if (Status status = StopExpose(node_, spec_.name); !status.ok()) return Fail(status);
  if (rebuilding_) (void)RebuildingDstFinish(false);
  if (helping_) (void)RebuildingSrcFinish(helping_->dst_replica);
  node_.ports.Release(std::exchange(ports_, {}));
  if (!cleanup) {
    if (state_ != State::kError) state_ = State::kStopped;
    return {};
  }
  if (Status status = DeleteLvols({}); !status.ok()) return Fail(status);
  state_ = State::kTerminating;
  tree_.reset();
  return {};
}

void Replica::Forget() {
  (void)StopExpose(node_, spec_.name);
  if (helping_) (void)RebuildingSrcFinish(helping_->dst_replica);
  node_.ports.Release(std::exchange(ports_, {}));
  state_ = State::kTerminating;
}

Status Replica::DeleteLvols(const std::set<std::string>& keep) {
  for (;;) {
    const Result<std::vector<BdevInfo>> bdevs = node_.target.BdevGetBdevs();
    if (!bdevs.ok()) return bdevs.status();
    size_t left = 0;
    size_t deleted = 0;
    for (const BdevInfo& bdev : *bdevs) {
      if (!bdev.lvol || bdev.aliases.size() != 1) continue;
      const std::string name = LvolOfAlias(bdev.aliases.front());
      const bool ours = bdev.aliases.front() == LvolAlias(spec_.lvs_name, name) &&
                        (name == spec_.name || name == RebuildingLvolName(spec_.name) ||
                         SnapshotOfLvol(name, spec_.name));
      if (!ours || keep.contains(name)) continue;
      ++left;
      if (!bdev.lvol->clones.empty()) continue;  // in a later round
      if (Status status = MissingIsFine(node_.target.BdevLvolDelete(bdev.uuid)); !status.ok()) {
        return status;
      }
      ++deleted;
    }
    if (left == 0) return {};
    if (deleted == 0) return SpdkError(kSpdkEbusy, "lvols of " + spec_.name + " have clones");
  }
}

Status Replica::Sync() {
  if (rebuilding_) return {};
  if (state_ == State::kPending) {
    const Status status = Refresh();
    if (status.ok()) {
      state_ = State::kStopped;
    } else if (status.spdk_code == 0) {  // not a call that failed: there is no head
      (void)Fail(status);
    } else {
      return status;
    }
  }
  if (state_ != State::kRunning) return {};

  const Result<ReplicaTree> fresh = ReadReplicaTree(node_.target, spec_.lvs_name, spec_.name);
  if (!fresh.ok() && fresh.status().spdk_code != 0) return fresh.status();
  const Result<std::vector<SubsystemInfo>> subsystems = node_.target.NvmfGetSubsystems();
  if (!subsystems.ok()) return subsystems.status();
  if (!fresh.ok()) {
    (void)Fail(fresh.status());
    return {};
  }
  // How much they hold changes with every write; what they are does not change behind our back.
  ReplicaTree expected = *tree_;
  expected.head.actual_size = fresh->head.actual_size;
  if (expected != *fresh) {
    (void)Fail(Unknown("replica " + spec_.name + ": the target has another chain or other lvols"));
    return {};
  }
  tree_ = *fresh;
  for (const SubsystemInfo& subsystem : *subsystems) {
    if (subsystem.nqn == Nqn(spec_.name) && subsystem.trsvcid == ports_.first &&
        subsystem.bdev == tree_->head.uuid) {
      return {};
    }
  }
  (void)Fail(Unknown("replica " + spec_.name + " is not exposed"));
  return {};
}

void Replica::MarkError(const std::string& why) {
  if (state_ != State::kStopped && state_ != State::kError) (void)Fail(Unknown(why));
}

Status Replica::Expand(uint64_t size) {
  if (Status status = RequireUsable("expansion"); !status.ok()) return status;
  size = RoundUpToMiB(size);
  if (size == spec_.spec_size) return {};
  if (size < spec_.spec_size) {
    return Error(Code::kInvalidArgument, "cannot shrink replica " + spec_.name);
  }
  if (rebuilding_) {
    return Error(Code::kFailedPrecondition, "replica " + spec_.name + " is being rebuilt");
  }
  if (Status status = StopExpose(node_, spec_.name); !status.ok()) return Fail(status);
  Status status = node_.target.BdevLvolResize(HeadAlias(), size / kMiB);
  if (status.ok()) status = Refresh();
  if (status.ok() && state_ == State::kRunning) status = Expose();
  return status.ok() ? status : Fail(status);
}

}  // namespace longhorn
