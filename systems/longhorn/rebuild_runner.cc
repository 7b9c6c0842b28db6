// See rebuild_runner.h.
#include "systems/longhorn/rebuild_runner.h"

#include <chrono>
#include <utility>

namespace longhorn {
namespace {

constexpr std::chrono::seconds kPollInterval{3};
constexpr std::chrono::hours kLongest{72};
constexpr int kErrorsInARow = 30;

}  // namespace

void RebuildRunner::Start(const RebuildJob& job) {
  const std::lock_guard lock(mutex_);
  threads_.emplace_back([this, job] { finish_(job, Copy(job)); });
}

void RebuildRunner::Wait() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void RebuildRunner::Stop() {
  stop_.Stop();
  Wait();
}

Status RebuildRunner::Copy(const RebuildJob& job) {
  for (const std::string& snapshot : job.snapshots) {
    if (Status status = CopySnapshot(job, snapshot); !status.ok()) return status;
  }
  return {};
}

Status RebuildRunner::CopySnapshot(const RebuildJob& job, const std::string& snapshot) {
  const Result<bool> started = replicas_.ReplicaRebuildingDstShallowCopyStart(
      job.dst_replica, job.src_replica, snapshot);
  if (!started.ok()) return started.status();
  if (!*started) return {};
  int errors = 0;
  for (std::chrono::seconds waited{0}; waited < kLongest; waited += kPollInterval) {
    const Result<ShallowCopyStatus> progress =
        replicas_.ReplicaRebuildingDstShallowCopyCheck(job.src_replica);
    if (progress.ok() && progress->state == "complete") {
      return replicas_.ReplicaRebuildingDstSnapshotCreate(job.dst_replica, snapshot);
    }
    if (progress.ok() && progress->state == "error") return Unknown(progress->error);
    errors = progress.ok() ? 0 : errors + 1;
    if (errors == kErrorsInARow) return progress.status();
    if (stop_.WaitFor(kPollInterval) != systems::Latch::State::kWaiting) {
      return Unknown("the service stops");
    }
  }
  return Unknown("snapshot " + snapshot + " was not copied in time");
}

}  // namespace longhorn
