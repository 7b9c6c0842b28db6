// See volume_device.h.
#include "systems/longhorn/volume_device.h"

namespace longhorn {
namespace {

Status Closed() { return SpdkError(kSpdkEio, "Input/output error: the volume is detached"); }

}  // namespace

Status VolumeDevice::Write(uint64_t block, const std::string& data) {
  if (!Begin()) return Closed();
  Status status = target_.WriteBlock(raid_bdev_, block, data);
  End();
  return status;
}

Result<std::string> VolumeDevice::Read(uint64_t block) {
  if (!Begin()) return Closed();
  Result<std::string> data = target_.ReadBlock(raid_bdev_, block);
  End();
  return data;
}

bool VolumeDevice::Begin() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || suspended_ == 0; });
  if (closed_) return false;
  ++under_way_;
  return true;
}

void VolumeDevice::End() {
  const std::lock_guard lock(mutex_);
  if (--under_way_ == 0) changed_.notify_all();
}

void VolumeDevice::Suspend() {
  std::unique_lock lock(mutex_);
  ++suspended_;
  changed_.wait(lock, [this] { return under_way_ == 0; });
}

void VolumeDevice::Resume() {
  const std::lock_guard lock(mutex_);
  if (--suspended_ == 0) changed_.notify_all();
}

void VolumeDevice::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace longhorn
