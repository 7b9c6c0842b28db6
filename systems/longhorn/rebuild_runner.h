// The long middle part of rebuilds: one thread for each, which copies snapshot after snapshot and asks every three seconds how
// far it is. It holds no engine meanwhile; what becomes of the destination is told at the end.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "systems/base/latch.h"
#include "systems/base/wait_group.h"
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
  void Wait() { unfinished_.Wait(); }
  // Gives up what is under way, and what is started later, and waits for the threads.
  void Stop();

 private:
  struct Running {
    std::thread thread;
    bool finished = false;
  };

  // Waits for the threads that have nothing left to do.
  void Reap();
  Status Copy(const RebuildJob& job);
  Status CopySnapshot(const RebuildJob& job, const std::string& snapshot);

  ReplicaService& replicas_;
  const Finish finish_;
  systems::Latch stop_;
  systems::WaitGroup unfinished_;
  std::mutex mutex_;
  std::list<Running> running_;  // guarded by mutex_
};

}  // namespace longhorn
