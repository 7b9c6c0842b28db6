// The SPDK service of one node: what a client may ask for (upstream's gRPC methods, under their names), and the monitor that
// compares what the service believes with what the target has.
//
//   MemoryTarget target;                                    // or a JSON-RPC client of a real one
//   Server server(target, {.monitor_interval = std::chrono::seconds(3)});
//   server.ReplicaCreate({.name = "vol-r-1", .lvs_name = "disk-1", .lvs_uuid = uuid, .spec_size = 500 * kMiB, .port_count = 5});
//   server.EngineCreate({.name = "vol-e-0", .volume_name = "vol", …}, 1);
//
// Every method may be called by any thread. Which rules the directories follow is chosen by Options; everything else is the
// same for all of them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "systems/base/broadcast.h"
#include "systems/base/periodic.h"
#include "systems/longhorn/backing_image.h"
#include "systems/longhorn/directory.h"
#include "systems/longhorn/engine.h"
#include "systems/longhorn/node.h"
#include "systems/longhorn/rebuild_runner.h"
#include "systems/longhorn/replica.h"
#include "systems/longhorn/replica_service.h"

namespace longhorn {

struct ReplicaCreateRequest {
  std::string name;
  std::string lvs_name;
  std::string lvs_uuid;
  uint64_t spec_size = 0;
  int port_count = 0;
  std::string backing_image_name;
};

struct BackingImageCreateRequest {
  std::string name;
  std::string lvs_name;
  std::string lvs_uuid;
  uint64_t size = 0;
  std::string checksum;
};

struct DiskCreateRequest {
  std::string disk_name;
  std::string disk_path;
  uint32_t block_size = kDefaultBlockSize;

  static constexpr uint32_t kDefaultBlockSize = 4096;
};

// Says that something of a kind has changed; a subscriber that wants to know what, asks.
struct Update {};
using Watch = systems::Broadcast<Update>::Subscriber;

class Server final : public ReplicaService {
 public:
  struct Options {
    Discipline replicas = kOwned;
    Discipline engines = kOwned;
    Discipline backing_images = kOwned;
    std::string ip = "127.0.0.1";
    int first_port = 20000;
    int last_port = 30000;
    std::chrono::nanoseconds monitor_interval{0};  // 0: Verify is called by hand
    bool finish_ignores_mode = false;              // see Engine::Spec
  };

  Server(SpdkTarget& target, Options options);
  // Calls Stop().
  ~Server() override;

  // Ends the monitor, gives rebuilds up, closes what was watched. May be called again, by one thread at a time.
  void Stop();

  // kInvalidArgument for what is missing.
  Result<DiskInfo> DiskCreate(const DiskCreateRequest& request);
  Status DiskDelete(const std::string& name);  // kFailedPrecondition while replicas are on it
  [[nodiscard]] Result<DiskInfo> DiskGet(const std::string& name);

  // kInvalidArgument; kNotFound for the lvstore or the backing image; kAlreadyExists; kFailedPrecondition. See Replica::Create.
  Result<ReplicaInfo> ReplicaCreate(const ReplicaCreateRequest& request);
  Status ReplicaDelete(const std::string& name, bool cleanup_required);
  Result<ReplicaInfo> ReplicaGet(const std::string& name) override;
  [[nodiscard]] std::map<std::string, ReplicaInfo> ReplicaList();
  [[nodiscard]] Watch ReplicaWatch();
  Status ReplicaExpand(const std::string& name, uint64_t size) override;
  Status ReplicaSnapshotCreate(const std::string& name, const SnapshotOptions& options) override;
  Status ReplicaSnapshotDelete(const std::string& name, const std::string& snapshot) override;
  Status ReplicaSnapshotRevert(const std::string& name, const std::string& snapshot) override;
  Status ReplicaSnapshotPurge(const std::string& name) override;
  Status ReplicaSnapshotHash(const std::string& name, const std::string& snapshot,
                             bool rehash) override;
  Result<std::string> ReplicaRebuildingSrcStart(const std::string& name,
                                                const std::string& dst_replica,
                                                const std::string& snapshot) override;
  Status ReplicaRebuildingSrcFinish(const std::string& name,
                                    const std::string& dst_replica) override;
  Result<std::string> ReplicaRebuildingDstStart(const std::string& name,
                                                const RebuildingDstRequest& request) override;
  Result<bool> ReplicaRebuildingDstShallowCopyStart(const std::string& name,
                                                    const std::string& src_replica,
                                                    const std::string& snapshot) override;
  Result<ShallowCopyStatus> ReplicaRebuildingDstShallowCopyCheck(
      const std::string& src_replica) override;
  Status ReplicaRebuildingDstSnapshotCreate(const std::string& name,
                                            const std::string& snapshot) override;
  Status ReplicaRebuildingDstFinish(const std::string& name, bool completed) override;

  Result<EngineInfo> EngineCreate(const Engine::Spec& spec, int port_count);
  Status EngineDelete(const std::string& name);
  [[nodiscard]] Result<EngineInfo> EngineGet(const std::string& name);
  [[nodiscard]] std::map<std::string, EngineInfo> EngineList();
  [[nodiscard]] Watch EngineWatch();
  Status EngineSuspend(const std::string& name);
  Status EngineResume(const std::string& name);
  Status EngineExpand(const std::string& name, uint64_t size);
  Result<std::string> EngineSnapshotCreate(const std::string& name, const SnapshotOptions& options);
  Status EngineSnapshotDelete(const std::string& name, const std::string& snapshot);
  Status EngineSnapshotRevert(const std::string& name, const std::string& snapshot);
  Status EngineSnapshotPurge(const std::string& name);
  Status EngineSnapshotHash(const std::string& name, const std::string& snapshot, bool rehash);
  Status EngineSnapshotMaxCountSet(const std::string& name, int count);
  // Returns when the replica takes writes (WO); the rest is done in the background.
  Status EngineReplicaAdd(const std::string& name, const std::string& replica,
                          const std::string& address, bool fast_sync = false);
  Status EngineReplicaDelete(const std::string& name, const std::string& replica);
  // Where the volume is read and written; kFailedPrecondition without a frontend.
  Result<std::shared_ptr<VolumeDevice>> EngineDevice(const std::string& name);
  // Returns when the rebuilds that were started are over.
  void WaitForRebuilds() { rebuilds_->Wait(); }

  Result<BackingImageInfo> BackingImageCreate(const BackingImageCreateRequest& request,
                                              const BackingImage::Source& source);
  Status BackingImageDelete(const std::string& name, const std::string& lvs_uuid);
  [[nodiscard]] Result<BackingImageInfo> BackingImageGet(const std::string& name,
                                                         const std::string& lvs_uuid);
  [[nodiscard]] std::map<std::string, BackingImageInfo> BackingImageList();
  [[nodiscard]] Watch BackingImageWatch();
  Result<std::string> BackingImageExpose(const std::string& name, const std::string& lvs_uuid);
  Status BackingImageUnexpose(const std::string& name, const std::string& lvs_uuid);

  // One turn of the monitor. Turns do not overlap. Returns the first failure of the target.
  Status Verify();

  [[nodiscard]] int ports_in_use() const { return ports_.in_use(); }

 private:
  template <typename Instance>
  using DirectoryOf = std::unique_ptr<Directory<Instance>>;
  using Changes = systems::Broadcast<Update>;

  template <typename Instance>
  DirectoryOf<Instance> MakeDirectory(const std::string& kind, const Discipline& discipline,
                                      Changes* changes);
  Result<LvstoreInfo> FindLvstore(const std::string& name, const std::string& uuid);
  // The lvol of a ready image on that disk; nothing for the name "".
  Result<Replica::BackingImageLvol> FindBackingImage(const ReplicaCreateRequest& request);
  void FinishRebuild(const RebuildJob& job, const Status& copied);
  [[nodiscard]] Survey<Replica> ReplicaSurvey();
  [[nodiscard]] Survey<BackingImage> BackingImageSurvey();
  void MarkAllError(const std::string& why);

  SpdkTarget& target_;
  const Options options_;
  PortAllocator ports_;
  const Node node_;
  std::mutex server_mutex_;  // upstream's rules only: guards the maps of all directories
  std::mutex verify_mutex_;  // held by the one turn of the monitor
  Changes replica_changes_;
  Changes engine_changes_;
  Changes backing_image_changes_;
  DirectoryOf<BackingImage> backing_images_;
  DirectoryOf<Replica> replicas_;
  DirectoryOf<Engine> engines_;
  std::unique_ptr<RebuildRunner> rebuilds_;
  std::unique_ptr<systems::Periodic> monitor_;
};

}  // namespace longhorn
