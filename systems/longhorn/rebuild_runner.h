// The long middle part of rebuilds: one thread for each, which copies snapshot after snapshot and asks every three seconds how
// far it is. It holds no engine meanwhile; what becomes of the destination is told at the end.
#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "systems/base/latch.h"
#include "systems/longhorn/engine.h"
#include "systems/longhorn/replica_service.h"

namespace longhorn {

// Thread-safe.
class RebuildRunner {
 public:
  using Finish = std::function<void(const RebuildJob& job, const Status& copied)>;

  // `finish` is called once for every job, by its thread.
  RebuildRunner(ReplicaService& replicas, Finish finish)
      : replicas_(replicas), finish_(std::move(finish)) {}
  RebuildRunner(const RebuildRunner&) = delete;
  RebuildRunner& operator=(const RebuildRunner&) = delete;
  ~RebuildRunner() { Stop(); }

  void Start(const RebuildJob& job);
  // Returns when all jobs that were started before are finished.
  void Wait();
  // Gives up what is under way, and what is started later.
  void Stop();

 private:
  Status Copy(const RebuildJob& job);
  Status CopySnapshot(const RebuildJob& job, const std::string& snapshot);

  ReplicaService& replicas_;
  const Finish finish_;
  systems::Latch stop_;
  std::mutex mutex_;
  std::vector<std::thread> threads_;  // guarded by mutex_
};

}  // namespace longhorn
