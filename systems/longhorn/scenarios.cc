// See scenarios.h.
#include "systems/longhorn/scenarios.h"

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/base/panic.h"
#include "systems/longhorn/world.h"

namespace longhorn {
namespace {

using systems::Ensure;
using systems::Variant;

Server::Options ReplicasUnder(Variant variant, UpstreamRules rules) {
  return {.replicas = DisciplineOf(variant, rules)};
}

// What every client relies on: after its creation a replica is there.
void CreateMeetsVerify(Variant variant, UpstreamRules rules) {
  World world(ReplicasUnder(variant, rules));
  const std::string name = "test-vol-7-replica-2";
  std::thread monitor([&] { (void)world.server().Verify(); });
  (void)world.MustCreateReplica(name);
  const Result<ReplicaInfo> found = world.server().ReplicaGet(name);
  Ensure(found.ok(), found.status().message);  // "cannot find replica test-vol-7-replica-2"
  Ensure(found->state == State::kRunning, "a created replica runs");
  monitor.join();
  Ensure(world.server().ReplicaGet(name).ok(), "a created replica is found until it is deleted");
  world.EnsureNoPortLeaks();
}

void Reported(Variant variant) { CreateMeetsVerify(variant, kAsReported); }

// Longhorn 13074: the first repair holds; without the mutex around verify's calls it does not.
void Returned(Variant variant) { CreateMeetsVerify(variant, kUnlockedVerify); }

// R1: both find nothing, both build.
void SameName(Variant variant) {
  World world(ReplicasUnder(variant, kDeferredInsert));
  int succeeded = 0;
  Result<ReplicaInfo> other = Status{};
  std::thread twin([&] { other = world.CreateReplica("r-1"); });
  const Result<ReplicaInfo> mine = world.CreateReplica("r-1");
  twin.join();
  for (const Result<ReplicaInfo>* each : {&mine, &std::as_const(other)}) {
    if (each->ok() && (*each)->state == State::kRunning) ++succeeded;
  }
  Ensure(succeeded == 1, "one of two creations of a name succeeds");
  world.EnsureNoPortLeaks();
}

// R2: verify meets the lvol of a replica that is not there yet.
void Shadow(Variant variant) {
  World world(ReplicasUnder(variant, kDeferredInsert));
  std::thread monitor([&] { (void)world.server().Verify(); });
  std::thread observer([&] {
    const Result<ReplicaInfo> seen = world.server().ReplicaGet("r-1");
    Ensure(!seen.ok() || seen->state == State::kRunning,
           "a replica that was never stopped is not seen stopped or pending");
  });
  (void)world.MustCreateReplica("r-1");
  observer.join();
  monitor.join();
}

// R2, its worse end: the shadow is deleted, and the creation puts back what is gone.
void Resurrected(Variant variant) {
  World world(ReplicasUnder(variant, kDeferredInsert));
  std::thread monitor([&] { (void)world.server().Verify(); });
  bool deleted = false;
  std::thread client([&] {
    if (!world.server().ReplicaGet("r-1").ok()) return;
    deleted = world.server().ReplicaDelete("r-1", true).ok();
  });
  (void)world.CreateReplica("r-1");
  client.join();
  monitor.join();
  Ensure(!deleted || !world.server().ReplicaGet("r-1").ok(), "a deleted replica stays deleted");
  world.EnsureNoPortLeaks();
}

// R3: who is told of a change sees it.
void EarlyNotice(Variant variant) {
  World world(ReplicasUnder(variant, kDeferredInsert));
  const Watch watch = world.server().ReplicaWatch();
  std::thread watcher([&] {
    if (!watch->Take().value) return;
    Ensure(world.server().ReplicaGet("r-1").ok(), "the change that was announced can be seen");
  });
  (void)world.MustCreateReplica("r-1");
  watcher.join();
}

// R5: the same as the report, for images, which never got a counter.
void BackingImageLost(Variant variant) {
  World world({.backing_images = DisciplineOf(variant, kNoGenerationForImages)});
  std::thread monitor([&] { (void)world.server().Verify(); });
  BackingImageCreateRequest request;
  request.name = "parrot";
  request.lvs_name = kDisk;
  request.lvs_uuid = world.lvs_uuid();
  request.size = kMiB;
  const Result<BackingImageInfo> created =
      world.server().BackingImageCreate(request, [] { return std::vector<std::string>{"bird"}; });
  Ensure(created.ok() && created->state == BackingImageState::kReady,
         "BackingImageCreate succeeds");
  monitor.join();
  Ensure(world.server().BackingImageGet("parrot", world.lvs_uuid()).ok(),
         "a created backing image is found until it is deleted");
}

// R6: somebody else's creation makes verify skip a replica that has lost its connection.
void Starved(Variant variant) {
  World world(ReplicasUnder(variant, kGenerationCounter));
  (void)world.MustCreateReplica("broken");
  Ensure(world.target().NvmfDeleteSubsystem(Nqn("broken")).ok(), "somebody takes it away");
  std::thread client([&] { (void)world.CreateReplica("busy"); });
  (void)world.server().Verify();
  Ensure(world.server().ReplicaGet("broken")->state == State::kError,
         "a turn of the monitor looks at every replica that nobody works on");
  client.join();
}

// A replica that was given up while it was rebuilt is not made RW by the rebuild that ends later.
void DowngradeLost(Variant variant) {
  World world({.finish_ignores_mode = variant == Variant::kAsReported});
  Server& server = world.server();
  (void)world.MustCreateReplica("r-1");
  (void)world.MustCreateReplica("r-2");
  (void)world.MustCreateEngine("e-1", {"r-1"});
  Ensure(server.EngineReplicaAdd("e-1", "r-2", world.AddressOf("r-2")).ok(), "a rebuild begins");
  // A write to it fails: the RAID throws it out.
  Ensure(world.target().BdevRaidRemoveBaseBdev("r-2n1").ok(), "it was part of the RAID");
  (void)server.Verify();
  const Mode after_verify = server.EngineGet("e-1")->replica_mode_map.at("r-2");
  server.WaitForRebuilds();
  const Mode at_the_end = server.EngineGet("e-1")->replica_mode_map.at("r-2");
  Ensure(after_verify != Mode::kErr || at_the_end == Mode::kErr, "ERR stays ERR");
}

// Verify holds the map and waits for the engine; the engine asks for a replica and waits for the map.
void NestedLocks(Variant variant) {
  World world({.replicas = DisciplineOf(variant, kAsReported),
               .engines = DisciplineOf(variant, kNestedLocks)});
  (void)world.MustCreateReplica("r-1");
  (void)world.MustCreateEngine("e-1", {"r-1"});
  std::thread monitor([&] { (void)world.server().Verify(); });
  Ensure(world.server().EngineSnapshotCreate("e-1", {.name = "s-1"}).ok(), "a snapshot is made");
  monitor.join();
}

// Sees to it that an engine runs and its modes change as they may where nothing fails: from WO to RW.
class ModeWatcher {
 public:
  ModeWatcher(Server& server, std::string engine) : server_(server), engine_(std::move(engine)) {}

  void Look() {
    const Result<EngineInfo> info = server_.EngineGet(engine_);
    Ensure(info.ok() && info->state == State::kRunning, "the engine runs");
    for (const auto& [replica, mode] : info->replica_mode_map) {
      const auto before = seen_.find(replica);
      if (before == seen_.end()) continue;
      // Nothing fails here, so nothing becomes ERR either.
      Ensure(mode == before->second || (before->second == Mode::kWO && mode == Mode::kRW),
             "the mode of replica " + replica + " follows the state machine");
    }
    seen_ = info->replica_mode_map;
  }

 private:
  Server& server_;
  const std::string engine_;
  std::map<std::string, Mode> seen_;
};

// One volume's life in upstream's test: two replicas, an engine, data, snapshots, a replica that is lost and rebuilt.
void VolumeLife(World& world, const std::string& volume) {
  Server& server = world.server();
  const std::string engine = volume + "-e-0";
  const std::vector<std::string> replicas = {volume + "-r-1", volume + "-r-2"};
  const std::string added = volume + "-r-3";
  for (const std::string& replica : replicas) (void)world.MustCreateReplica(replica);
  (void)world.MustCreateEngine(engine, replicas);
  const std::shared_ptr<VolumeDevice> device = *server.EngineDevice(engine);
  ModeWatcher modes(server, engine);
  Ensure(device->Write(0, volume + " first").ok(), "the volume can be written");
  Ensure(server.EngineSnapshotCreate(engine, {.name = "snap11"}).ok(), "a snapshot is made");
  modes.Look();
  Ensure(device->Write(1, volume + " second").ok(), "the volume can be written");

  Ensure(server.EngineReplicaDelete(engine, replicas[0]).ok(), "a replica is taken away");
  Ensure(server.ReplicaDelete(replicas[0], true).ok(), "it is deleted");
  (void)world.MustCreateReplica(added);
  Ensure(server.EngineReplicaAdd(engine, added, world.AddressOf(added)).ok(), "a rebuild begins");
  modes.Look();
  Ensure(device->Write(0, volume + " third").ok(), "the volume can be written meanwhile");
  server.WaitForRebuilds();
  modes.Look();
  const Result<EngineInfo> info = server.EngineGet(engine);
  Ensure(info.ok() && info->replica_mode_map.at(added) == Mode::kRW, "a rebuilt replica is RW");
  for (const std::string& replica : {replicas[1], added}) {
    Ensure(server.ReplicaGet(replica).ok(), "a created replica is found until it is deleted");
    Ensure(world.BlockOfReplica(replica, 0) == volume + " third" &&
               world.BlockOfReplica(replica, 1) == volume + " second",
           "every replica holds what was written");
  }
  Ensure(TrimBlock(device->Read(0)) == volume + " third", "the engine reads what was written");
}

void Volumes(Variant variant) {
  Server::Options options = ReplicasUnder(variant, kAsReported);
  options.monitor_interval = std::chrono::seconds(3);
  World world(options);
  std::thread other([&] { VolumeLife(world, "vol-2"); });
  VolumeLife(world, "vol-1");
  other.join();
  world.server().Stop();
  world.EnsureNoPortLeaks();
}

constexpr std::array kScenarios = {
    systems::Scenario{"reported", "verify drops a replica that is being created", Reported},
    systems::Scenario{"returned", "the same, after verify gave up its lock (13074)", Returned},
    systems::Scenario{"same-name", "two creations of one name", SameName},
    systems::Scenario{"shadow", "verify adopts the lvol of a creation under way", Shadow},
    systems::Scenario{"resurrected", "a delete between adoption and insertion", Resurrected},
    systems::Scenario{"early-notice", "watchers are woken before there is something to see",
                      EarlyNotice},
    systems::Scenario{"backing-image", "verify overwrites the map of backing images",
                      BackingImageLost},
    systems::Scenario{"starved", "another replica's creation costs this one its check", Starved},
    systems::Scenario{"downgrade", "the end of a rebuild undoes ERR", DowngradeLost},
    systems::Scenario{"nested-locks", "verify waits for an engine that waits for the map",
                      NestedLocks},
    systems::Scenario{"volumes", "upstream's test: snapshots and rebuilds while verify ticks",
                      Volumes},
};

}  // namespace

std::span<const systems::Scenario> Scenarios() { return kScenarios; }

const systems::Scenario& ScenarioNamed(std::string_view name) {
  for (const systems::Scenario& scenario : kScenarios) {
    if (scenario.name == name) return scenario;
  }
  systems::Panic("no such scenario");
}

}  // namespace longhorn
