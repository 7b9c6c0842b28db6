// An SPDK target in memory: lvol stores with thin lvols, snapshots, clones and shallow copies, RAID1, NVMe-oF subsystems and
// the controllers that connect to them, with the data behind all of it. What is written through an engine's RAID really
// arrives on each replica, through the same chain of bdevs as in SPDK.
//
// One mutex stands for the one reactor: a call is atomic, and between calls anything may happen. Identifiers are numbered,
// so the same calls give the same names.
//
// The file is the list of what there is; the methods are in memory_lvol.cc (stores and lvols), memory_bdev.cc (disks, RAID,
// NVMe-oF) and memory_io.cc (the data).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "systems/base/clock.h"
#include "systems/longhorn/spdk_target.h"

namespace longhorn {

class MemoryTarget : public SpdkTarget {
 public:
  struct Options {
    const systems::Clock& clock = systems::Clock::System();
    // Clusters that a shallow copy gets done between two questions about it.
    uint64_t clusters_per_check = 1'000'000;
  };

  MemoryTarget() : MemoryTarget(Options()) {}
  explicit MemoryTarget(Options options) : options_(options) {}

  // What the machine has: a file for bdev_aio_create, of so many bytes.
  void AddFile(const std::string& filename, uint64_t bytes);

  // The next call of that method fails in this way. May be called again for the calls thereafter.
  void FailNext(const std::string& method, Status failure);

  // The process dies (every call fails, controllers and subsystems are gone) and comes back with its lvols.
  void Kill();
  void Restart();

  Result<std::vector<BdevInfo>> BdevGetBdevs(const std::string& name = "") override;
  Status BdevAioCreate(const std::string& filename, const std::string& name,
                       uint32_t block_size) override;
  Status BdevAioDelete(const std::string& name) override;
  Result<std::string> BdevLvolCreateLvstore(const std::string& bdev, const std::string& lvs_name,
                                            uint64_t cluster_bytes) override;
  Status BdevLvolDeleteLvstore(const std::string& lvs_name) override;
  Result<std::vector<LvstoreInfo>> BdevLvolGetLvstores() override;
  Result<std::string> BdevLvolCreate(const std::string& lvs_name, const std::string& lvol_name,
                                     uint64_t size_in_mib) override;
  Result<std::string> BdevLvolSnapshot(const std::string& lvol, const std::string& snapshot_name,
                                       const Xattrs& xattrs) override;
  Result<std::string> BdevLvolClone(const std::string& snapshot,
                                    const std::string& clone_name) override;
  Result<std::string> BdevLvolCloneBdev(const std::string& bdev, const std::string& lvs_name,
                                        const std::string& clone_name) override;
  Status BdevLvolDelete(const std::string& lvol) override;
  Status BdevLvolResize(const std::string& lvol, uint64_t size_in_mib) override;
  Status BdevLvolSetParent(const std::string& lvol, const std::string& parent) override;
  Status BdevLvolDetachParent(const std::string& lvol) override;
  Status BdevLvolSetXattr(const std::string& lvol, const std::string& key,
                          const std::string& value) override;
  Result<std::string> BdevLvolGetXattr(const std::string& lvol, const std::string& key) override;
  Result<uint32_t> BdevLvolStartShallowCopy(const std::string& snapshot,
                                            const std::string& dst_bdev) override;
  Result<ShallowCopyStatus> BdevLvolCheckShallowCopy(uint32_t operation) override;
  Status BdevLvolRegisterSnapshotChecksum(const std::string& snapshot) override;
  Result<std::string> BdevLvolGetSnapshotChecksum(const std::string& snapshot) override;
  Status BdevRaidCreate(const std::string& name,
                        const std::vector<std::string>& base_bdevs) override;
  Status BdevRaidDelete(const std::string& name) override;
  Status BdevRaidGrowBaseBdev(const std::string& raid, const std::string& base) override;
  Status BdevRaidRemoveBaseBdev(const std::string& base) override;
  Result<std::string> BdevNvmeAttachController(const std::string& name, const std::string& traddr,
                                               int trsvcid, const std::string& subnqn) override;
  Status BdevNvmeDetachController(const std::string& name) override;
  Status NvmfCreateSubsystem(const std::string& nqn) override;
  Status NvmfSubsystemAddNs(const std::string& nqn, const std::string& bdev) override;
  Status NvmfSubsystemAddListener(const std::string& nqn, const std::string& traddr,
                                  int trsvcid) override;
  Status NvmfDeleteSubsystem(const std::string& nqn) override;
  Result<std::vector<SubsystemInfo>> NvmfGetSubsystems() override;
  Status WriteBlock(const std::string& bdev, uint64_t block, const std::string& data) override;
  Result<std::string> ReadBlock(const std::string& bdev, uint64_t block) override;

 private:
  // Blocks of one cluster that were written, by index in the cluster; the others are zero.
  using Cluster = std::map<uint64_t, std::string>;

  struct Disk {
    std::string filename;
    std::string uuid;
    uint32_t block_size = 0;
    uint64_t bytes = 0;
  };

  struct Store {
    std::string uuid;
    std::string base_bdev;
    uint64_t cluster_bytes = 0;
    uint64_t total_clusters = 0;
  };

  struct Lvol {
    std::string uuid;
    std::string name;
    std::string store;  // its name
    uint64_t bytes = 0;
    bool snapshot = false;
    Lvol* parent = nullptr;
    std::string external;  // bdev that it reads from when it has no parent
    std::map<uint64_t, Cluster> clusters;
    Xattrs xattrs;
    std::string checksum;
    uint64_t creation_time = 0;
  };

  struct Controller {
    std::string traddr;
    int trsvcid = 0;
    std::string subnqn;
    std::string uuid;
    uint64_t bytes = 0;  // of the namespace when it was last reached
  };

  struct Raid {
    std::string uuid;
    std::vector<std::string> base_bdevs;
    uint64_t bytes = 0;
  };

  struct ShallowCopy {
    std::string src;  // uuid
    std::string dst;
    std::vector<uint64_t> clusters;
    size_t done = 0;
    std::string error;
  };

  // All below are called with mutex_ held.

  // Begins a call of `method`: fails if the target is dead or was told to fail.
  Status Enter(const std::string& method);
  [[nodiscard]] std::string NewUuid();
  [[nodiscard]] uint64_t NowSeconds() const;

  [[nodiscard]] Lvol* FindLvol(const std::string& alias_or_uuid);
  [[nodiscard]] std::vector<Lvol*> ChildrenOf(const Lvol& lvol);
  [[nodiscard]] bool LvolNameTaken(const std::string& store, const std::string& name);
  // Returns the new lvol, which is empty.
  Lvol& AddLvol(const std::string& store, const std::string& name, uint64_t bytes);
  [[nodiscard]] uint64_t FreeClusters(const std::string& store) const;

  [[nodiscard]] BdevInfo DescribeLvol(const Lvol& lvol);
  [[nodiscard]] BdevInfo DescribeDisk(const std::string& name, const Disk& disk) const;
  [[nodiscard]] BdevInfo DescribeController(const std::string& name, const Controller& nvme);
  [[nodiscard]] BdevInfo DescribeRaid(const std::string& name, const Raid& raid) const;
  [[nodiscard]] Result<BdevInfo> Describe(const std::string& bdev);
  // Whoever used the bdev as a namespace or in a RAID loses it.
  void RemoveFromUsers(const std::string& bdev);
  // The bdev behind the connection; "" if nobody listens there any more.
  [[nodiscard]] std::string Reach(const Controller& controller) const;

  Status Write(const std::string& bdev, uint64_t block, const std::string& data);
  Result<std::string> Read(const std::string& bdev, uint64_t block);
  Status WriteLvol(Lvol& lvol, uint64_t block, const std::string& data);
  Result<std::string> ReadLvol(const Lvol& lvol, uint64_t block);
  Result<Cluster> CopyUp(const Lvol& lvol, uint64_t index);
  Status WriteRaid(Raid& raid, uint64_t block, const std::string& data);
  Result<std::string> ReadRaid(Raid& raid, uint64_t block);
  Status CopyCluster(const Lvol& src, uint64_t cluster, const std::string& dst);

  const Options options_;
  std::mutex mutex_;  // guards all below
  bool alive_ = true;
  std::map<std::string, std::vector<Status>> failures_;  // by method, the next one first
  uint64_t uuids_ = 0;
  std::map<std::string, uint64_t> files_;               // bytes by file name
  std::map<std::string, Disk> disks_;                   // by bdev name
  std::map<std::string, Store> stores_;                 // by name
  std::map<std::string, std::unique_ptr<Lvol>> lvols_;  // by uuid
  std::map<std::string, Controller> controllers_;       // by name
  std::map<std::string, Raid> raids_;                   // by bdev name
  std::map<std::string, SubsystemInfo> subsystems_;     // by nqn
  std::vector<ShallowCopy> copies_;                     // by operation number
};

}  // namespace longhorn
