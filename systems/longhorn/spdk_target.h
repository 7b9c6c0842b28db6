// The SPDK target as the service sees it: one function per JSON-RPC method that it uses, with the method's parameters and
// results, and the data path of a bdev. The service knows nothing else of the target, so a real one behind a JSON-RPC client
// and the one in memory (memory_target.h) are the same to it.
//
// Each call is atomic in the target, as a method is on SPDK's reactor, and takes as long as a remote call does: nobody may
// hold a lock that others need for something unrelated. Between two calls anything may have changed.
//
// Every call fails with kSpdkEpipe if the target does not answer. Sizes in MiB where SPDK has it so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "systems/longhorn/status.h"

namespace longhorn {

// driver_specific.lvol of bdev_get_bdevs.
struct LvolDetail {
  std::string lvs_uuid;
  bool snapshot = false;
  std::string base_snapshot;  // name of the parent lvol; "" if there is none
  std::string
      external_snapshot;  // name of the bdev that a clone of another disk reads from; "" if none
  std::vector<std::string> clones;      // names of the children, sorted
  uint64_t num_allocated_clusters = 0;  // of its own
};

// driver_specific.nvme[0].trid.
struct NvmeDetail {
  std::string controller;
  std::string traddr;
  int trsvcid = 0;
  std::string subnqn;
};

// driver_specific.raid.
struct RaidDetail {
  std::vector<std::string> base_bdevs;  // those that take part; a failed one is gone
};

struct BdevInfo {
  std::string name;                  // an lvol's is its uuid
  std::vector<std::string> aliases;  // of an lvol exactly "<lvs>/<lvol>"
  std::string product_name;
  uint32_t block_size = 0;
  uint64_t num_blocks = 0;
  std::string uuid;
  uint64_t creation_time = 0;  // seconds since 1970
  std::optional<LvolDetail> lvol;
  std::optional<NvmeDetail> nvme;
  std::optional<RaidDetail> raid;

  [[nodiscard]] uint64_t bytes() const { return num_blocks * block_size; }
};

struct LvstoreInfo {
  std::string uuid;
  std::string name;
  std::string base_bdev;
  uint64_t total_data_clusters = 0;
  uint64_t free_clusters = 0;
  uint32_t block_size = 0;
  uint64_t cluster_size = 0;
};

struct SubsystemInfo {
  std::string nqn;
  std::string bdev;  // of its one namespace; "" if it has none
  std::string traddr;
  int trsvcid = 0;  // 0 if nobody listens
};

struct ShallowCopyStatus {
  std::string state;  // "in progress", "complete", "error"
  uint64_t copied_clusters = 0;
  uint64_t total_clusters = 0;
  std::string error;
};

using Xattrs = std::map<std::string, std::string>;

// Thread-safe.
class SpdkTarget {
 public:
  virtual ~SpdkTarget() = default;

  // All bdevs sorted by name, or the one with that name or alias (-19 if there is none).
  virtual Result<std::vector<BdevInfo>> BdevGetBdevs(const std::string& name = "") = 0;

  // A disk on a file. -2 if there is no such file, -17 if the name is taken.
  virtual Status BdevAioCreate(const std::string& filename, const std::string& name,
                               uint32_t block_size) = 0;
  virtual Status BdevAioDelete(const std::string& name) = 0;

  // Stores of lvols. Returns the uuid; -17 if the name is taken, -16 if the bdev is.
  virtual Result<std::string> BdevLvolCreateLvstore(const std::string& bdev,
                                                    const std::string& lvs_name,
                                                    uint64_t cluster_bytes) = 0;
  virtual Status BdevLvolDeleteLvstore(const std::string& lvs_name) = 0;
  virtual Result<std::vector<LvstoreInfo>> BdevLvolGetLvstores() = 0;

  // Thin volumes. Lvols are addressed by alias or uuid; those that make one return its uuid. -17 if the name is taken.
  virtual Result<std::string> BdevLvolCreate(const std::string& lvs_name,
                                             const std::string& lvol_name,
                                             uint64_t size_in_mib) = 0;
  // What the lvol holds becomes the new snapshot, of which the lvol is then a clone.
  virtual Result<std::string> BdevLvolSnapshot(const std::string& lvol,
                                               const std::string& snapshot_name,
                                               const Xattrs& xattrs) = 0;
  // -22 if it is not a snapshot.
  virtual Result<std::string> BdevLvolClone(const std::string& snapshot,
                                            const std::string& clone_name) = 0;
  // A clone of any bdev of the target.
  virtual Result<std::string> BdevLvolCloneBdev(const std::string& bdev,
                                                const std::string& lvs_name,
                                                const std::string& clone_name) = 0;
  // A snapshot with one child leaves its clusters to it; -16 if it has more.
  virtual Status BdevLvolDelete(const std::string& lvol) = 0;
  virtual Status BdevLvolResize(const std::string& lvol, uint64_t size_in_mib) = 0;
  // From now on what the lvol does not hold itself is read from `parent`: a snapshot of the same store and size (-22).
  virtual Status BdevLvolSetParent(const std::string& lvol, const std::string& parent) = 0;
  virtual Status BdevLvolDetachParent(const std::string& lvol) = 0;
  virtual Status BdevLvolSetXattr(const std::string& lvol, const std::string& key,
                                  const std::string& value) = 0;
  // -32603 "No such file or directory" if there is none.
  virtual Result<std::string> BdevLvolGetXattr(const std::string& lvol, const std::string& key) = 0;

  // Copies the clusters that the snapshot itself holds to another bdev, in the background. Returns the operation's number.
  virtual Result<uint32_t> BdevLvolStartShallowCopy(const std::string& snapshot,
                                                    const std::string& dst_bdev) = 0;
  virtual Result<ShallowCopyStatus> BdevLvolCheckShallowCopy(uint32_t operation) = 0;

  // Checksum of what the snapshot itself holds. -2 as long as none is registered.
  virtual Status BdevLvolRegisterSnapshotChecksum(const std::string& snapshot) = 0;
  virtual Result<std::string> BdevLvolGetSnapshotChecksum(const std::string& snapshot) = 0;

  // RAID1 of bdevs. -22 for an empty list, -19 for an unknown bdev.
  virtual Status BdevRaidCreate(const std::string& name,
                                const std::vector<std::string>& base_bdevs) = 0;
  virtual Status BdevRaidDelete(const std::string& name) = 0;
  virtual Status BdevRaidGrowBaseBdev(const std::string& raid, const std::string& base) = 0;
  virtual Status BdevRaidRemoveBaseBdev(const std::string& base) = 0;

  // Connects to a subsystem; its namespace becomes the bdev "<name>n1", which is returned. -5 if nobody listens there.
  virtual Result<std::string> BdevNvmeAttachController(const std::string& name,
                                                       const std::string& traddr, int trsvcid,
                                                       const std::string& subnqn) = 0;
  virtual Status BdevNvmeDetachController(const std::string& name) = 0;

  virtual Status NvmfCreateSubsystem(const std::string& nqn) = 0;
  virtual Status NvmfSubsystemAddNs(const std::string& nqn, const std::string& bdev) = 0;
  virtual Status NvmfSubsystemAddListener(const std::string& nqn, const std::string& traddr,
                                          int trsvcid) = 0;
  virtual Status NvmfDeleteSubsystem(const std::string& nqn) = 0;
  virtual Result<std::vector<SubsystemInfo>> NvmfGetSubsystems() = 0;

  // The data path: one block. What is shorter than a block is filled up with zeros; a read returns a whole block.
  virtual Status WriteBlock(const std::string& bdev, uint64_t block, const std::string& data) = 0;
  virtual Result<std::string> ReadBlock(const std::string& bdev, uint64_t block) = 0;

 protected:
  SpdkTarget() = default;
  SpdkTarget(const SpdkTarget&) = default;
  SpdkTarget& operator=(const SpdkTarget&) = default;
};

}  // namespace longhorn
