// A node with one disk, for scenarios, tests and benchmarks: the target in memory and a service on it.
#pragma once

#include <string>
#include <vector>

#include "systems/longhorn/memory_target.h"
#include "systems/longhorn/names.h"
#include "systems/longhorn/server.h"

namespace longhorn {

class World {
 public:
  static constexpr int kPortsPerReplica = 3;

  explicit World(Server::Options options, MemoryTarget::Options target_options = {});

  MemoryTarget& target() { return target_; }
  Server& server() { return server_; }
  [[nodiscard]] const std::string& lvs_uuid() const { return lvs_uuid_; }

  // Of 4 MiB on the disk.
  [[nodiscard]] ReplicaCreateRequest ReplicaRequest(const std::string& name) const;
  Result<ReplicaInfo> CreateReplica(const std::string& name);
  // Panics unless it runs then.
  ReplicaInfo MustCreateReplica(const std::string& name);

  // An engine over replicas that run.
  Result<EngineInfo> CreateEngine(const std::string& name, const std::vector<std::string>& replicas,
                                  const std::string& frontend = kFrontendNvmf);
  // Panics unless all replicas are RW then.
  EngineInfo MustCreateEngine(const std::string& name, const std::vector<std::string>& replicas,
                              const std::string& frontend = kFrontendNvmf);
  // Where the replica's head is reached.
  [[nodiscard]] std::string AddressOf(const std::string& replica);

  // What a block of the replica's head reads as, past the engine, without the zeros at its end; "?" if it cannot be read.
  [[nodiscard]] std::string BlockOfReplica(const std::string& replica, uint64_t block);

  // Panics unless the ports in use are those that replicas, engines and images say they have.
  void EnsureNoPortLeaks();

 private:
  MemoryTarget target_;
  Server server_;
  std::string lvs_uuid_;
};

inline constexpr char kDisk[] = "disk-1";
inline constexpr uint64_t kVolumeBytes = 4 * kMiB;

// Without the zeros at its end.
[[nodiscard]] std::string TrimBlock(const Result<std::string>& block);

}  // namespace longhorn
