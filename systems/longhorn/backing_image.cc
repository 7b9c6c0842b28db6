// See backing_image.h.
#include "systems/longhorn/backing_image.h"

#include <utility>

#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

constexpr char kXattrChecksum[] = "checksum";

}  // namespace

BackingImage::BackingImage(const Node& node, Spec spec) : node_(node), spec_(std::move(spec)) {
  spec_.size = RoundUpToMiB(spec_.size);
}

std::string BackingImage::lvol_name() const {
  return BackingImageLvolName(spec_.name, spec_.lvs_uuid);
}

std::string BackingImage::alias() const { return LvolAlias(spec_.lvs_name, lvol_name()); }

BackingImageInfo BackingImage::Describe() const {
  return {spec_.name,     spec_.lvs_name, spec_.lvs_uuid, spec_.size,
          spec_.checksum, state_,         error_msg_,     ports_.first};
}

Status BackingImage::Create(const Source& source) {
  if (state_ == BackingImageState::kReady) {
    return Error(Code::kAlreadyExists, "backing image " + spec_.name + " already exists");
  }
  if (state_ != BackingImageState::kPending) {
    return Error(Code::kFailedPrecondition, "invalid state " + std::string(StateName(state_)) +
                                                " for backing image " + spec_.name + " creation");
  }
  state_ = BackingImageState::kInProgress;
  if (Status status = Fetch(source); !status.ok()) {
    (void)RemoveTempHead();
    state_ = BackingImageState::kFailed;
    error_msg_ = status.message;
  } else {
    state_ = BackingImageState::kReady;
  }
  return {};
}

Status BackingImage::Fetch(const Source& source) {
  SpdkTarget& target = node_.target;
  if (target.BdevGetBdevs(alias()).ok()) return {};  // of an earlier life
  if (Status status = RemoveTempHead(); !status.ok()) return status;
  const Result<std::vector<std::string>> content = source();
  if (!content.ok()) return content.status();
  const std::string temp = BackingImageTempName(spec_.name, spec_.lvs_uuid);
  const Result<std::string> head = target.BdevLvolCreate(spec_.lvs_name, temp, spec_.size / kMiB);
  if (!head.ok()) return head.status();
  uint64_t block = 0;
  for (const std::string& data : *content) {
    if (Status status = target.WriteBlock(*head, block++, data); !status.ok()) return status;
  }
  const Result<std::string> snapshot = target.BdevLvolSnapshot(*head, lvol_name(), {});
  if (!snapshot.ok()) return snapshot.status();
  Status status = target.BdevLvolRegisterSnapshotChecksum(*snapshot);
  if (!status.ok()) return status;
  const Result<std::string> checksum = target.BdevLvolGetSnapshotChecksum(*snapshot);
  if (!checksum.ok()) return checksum.status();
  if (spec_.checksum.empty()) spec_.checksum = *checksum;
  if (spec_.checksum != *checksum) {
    status = Unknown("backing image " + spec_.name + " has checksum " + *checksum + ", not " +
                     spec_.checksum);
  } else {
    status = target.BdevLvolSetXattr(*snapshot, kXattrChecksum, *checksum);
  }
  if (status.ok()) return RemoveTempHead();
  (void)RemoveTempHead();
  (void)target.BdevLvolDelete(*snapshot);
  return status;
}

Status BackingImage::RemoveTempHead() {
  return MissingIsFine(node_.target.BdevLvolDelete(
      LvolAlias(spec_.lvs_name, BackingImageTempName(spec_.name, spec_.lvs_uuid))));
}

Status BackingImage::Delete() {
  const Result<std::vector<BdevInfo>> bdev = node_.target.BdevGetBdevs(alias());
  if (!bdev.ok() && !IsMissing(bdev.status())) return bdev.status();
  if (bdev.ok() && !bdev->front().lvol->clones.empty()) {
    return Error(Code::kFailedPrecondition, "backing image " + spec_.name + " is in use");
  }
  if (Status status = Unexpose(); !status.ok()) return status;
  if (Status status = RemoveTempHead(); !status.ok()) return status;
  return MissingIsFine(node_.target.BdevLvolDelete(alias()));
}

void BackingImage::Forget() { (void)Unexpose(); }

Status BackingImage::Sync() {
  if (state_ != BackingImageState::kPending) return {};
  const Result<std::vector<BdevInfo>> bdev = node_.target.BdevGetBdevs(alias());
  if (!bdev.ok() && !IsMissing(bdev.status())) return bdev.status();
  if (!bdev.ok()) {
    if (Status status = RemoveTempHead(); !status.ok()) return status;
    state_ = BackingImageState::kFailed;
    error_msg_ = "left behind by a creation that was interrupted";
    return {};
  }
  const Result<std::string> checksum = node_.target.BdevLvolGetXattr(alias(), kXattrChecksum);
  if (!checksum.ok() && checksum.status().spdk_code != kSpdkInternal) return checksum.status();
  spec_.checksum = checksum.ok() ? *checksum : "";
  spec_.size = bdev->front().bytes();
  state_ = checksum.ok() ? BackingImageState::kReady : BackingImageState::kFailed;
  return {};
}

Result<std::string> BackingImage::Expose() {
  if (state_ != BackingImageState::kReady) {
    return Error(Code::kFailedPrecondition, "backing image " + spec_.name + " is not ready");
  }
  if (ports_.empty()) {
    const Result<PortRange> ports = node_.ports.Allocate(1);
    if (!ports.ok()) return ports.status();
    Status status = StopExpose(node_, lvol_name());
    if (status.ok()) status = StartExpose(node_, lvol_name(), alias(), ports->first);
    if (!status.ok()) {
      node_.ports.Release(*ports);
      return status;
    }
    ports_ = *ports;
  }
  return Address(node_.ip, ports_.first);
}

Status BackingImage::Unexpose() {
  if (ports_.empty()) return {};
  if (Status status = StopExpose(node_, lvol_name()); !status.ok()) return status;
  node_.ports.Release(std::exchange(ports_, {}));
  return {};
}

}  // namespace longhorn
