// The volume as its user sees it: reads and writes of blocks, which go to the engine's RAID. Operations that must not meet a
// write half way hold it up for a moment, as device mapper's suspend does: what is under way ends first, what comes later
// waits.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "systems/longhorn/spdk_target.h"

namespace longhorn {

// Thread-safe. Outlives its engine in the hands of a user; I/O then fails with kSpdkEio.
class VolumeDevice {
 public:
  VolumeDevice(SpdkTarget& target, std::string raid_bdev)
      : target_(target), raid_bdev_(std::move(raid_bdev)) {}
  VolumeDevice(const VolumeDevice&) = delete;
  VolumeDevice& operator=(const VolumeDevice&) = delete;

  // One block of 4096 bytes. Wait while the device is suspended.
  Status Write(uint64_t block, const std::string& data);
  Result<std::string> Read(uint64_t block);

  // Returns when no I/O is under way, and none begins before as many calls of Resume.
  void Suspend();
  void Resume();

  // No more I/O; who waits fails. May be called again.
  void Close();

 private:
  // Waits for its turn. False if the device is closed.
  bool Begin();
  void End();

  SpdkTarget& target_;
  const std::string raid_bdev_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int under_way_ = 0;
  int suspended_ = 0;
  bool closed_ = false;
};

// Suspended for the life of this object; null is allowed.
class SuspendedDevice {
 public:
  explicit SuspendedDevice(VolumeDevice* device) : device_(device) {
    if (device_ != nullptr) device_->Suspend();
  }
  SuspendedDevice(const SuspendedDevice&) = delete;
  SuspendedDevice& operator=(const SuspendedDevice&) = delete;
  ~SuspendedDevice() {
    if (device_ != nullptr) device_->Resume();
  }

 private:
  VolumeDevice* const device_;
};

}  // namespace longhorn
