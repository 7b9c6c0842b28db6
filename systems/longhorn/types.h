// What the service tells its clients about its replicas, engines, backing images and disks: the fields of upstream's protobuf
// messages, under their names.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace longhorn {

// InstanceState, and BackingImage's.
enum class State { kPending, kStopped, kRunning, kTerminating, kError, kSuspended };

enum class BackingImageState { kPending, kStarting, kInProgress, kReady, kFailed, kUnknown };

// ReplicaMode: WO is being rebuilt (written, not a source), ERR is never used again.
enum class Mode { kWO, kRW, kErr };

enum class DiskState { kCreating, kReady, kError };

[[nodiscard]] std::string_view StateName(State state);
[[nodiscard]] std::string_view StateName(BackingImageState state);
[[nodiscard]] std::string_view ModeName(Mode mode);

struct Lvol {
  std::string name;  // of a snapshot without the prefix; the head is "volume-head"
  std::string uuid;
  uint64_t spec_size = 0;    // bytes
  uint64_t actual_size = 0;  // bytes in clusters of its own
  std::string parent;        // "" if it has none
  std::set<std::string> children;
  uint64_t creation_time = 0;  // seconds since 1970
  bool user_created = true;
  std::string snapshot_timestamp;
  std::string snapshot_checksum;  // "" until it was hashed

  bool operator==(const Lvol&) const = default;
};

struct ReplicaInfo {
  std::string name;
  std::string lvs_name;
  std::string lvs_uuid;
  uint64_t spec_size = 0;
  uint64_t actual_size = 0;
  std::string ip;
  int port_start = 0;  // 0 if it has no ports
  int port_end = 0;
  bool has_head = false;
  Lvol head;
  std::map<std::string, Lvol> snapshots;
  std::vector<std::string> active_chain;  // oldest snapshot first, without the head
  bool rebuilding = false;
  State state = State::kPending;
  std::string error_msg;
  std::string backing_image_name;
};

struct EngineInfo {
  std::string name;
  std::string volume_name;
  uint64_t spec_size = 0;
  uint64_t actual_size = 0;
  std::string ip;
  int port = 0;
  std::map<std::string, std::string> replica_address_map;  // "ip:port"
  std::map<std::string, Mode> replica_mode_map;
  Lvol head;
  std::map<std::string, Lvol> snapshots;
  std::string frontend;
  std::string endpoint;
  State state = State::kPending;
  std::string error_msg;
  bool is_expanding = false;
  int snapshot_max_count = 0;  // 0 is no limit
};

struct BackingImageInfo {
  std::string name;
  std::string lvs_name;
  std::string lvs_uuid;
  uint64_t size = 0;
  std::string checksum;
  BackingImageState state = BackingImageState::kPending;
  std::string error_msg;
  int port = 0;  // 0 unless it is exposed
};

struct DiskInfo {
  std::string name;
  std::string uuid;
  std::string path;
  uint64_t total_size = 0;
  uint64_t free_size = 0;
  uint64_t cluster_size = 0;
  DiskState state = DiskState::kCreating;
};

}  // namespace longhorn
