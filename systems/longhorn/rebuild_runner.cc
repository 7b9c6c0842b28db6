// See rebuild_runner.h.
#include "systems/longhorn/rebuild_runner.h"

#include <chrono>
#include <iterator>
#include <utility>

namespace longhorn {
namespace {

constexpr std::chrono::seconds kPollInterval{3};
constexpr std::chrono::hours kLongest{72};
constexpr int kErrorsInARow = 30;

}  // namespace

void RebuildRunner::Start(const RebuildJob& job) {
  Reap();
  unfinished_.Add(1);
  const std::lock_guard lock(mutex_);
  Running& running = running_.emplace_back();
  running.thread = std::thread([this, job, &running] {
    finish_(job, Copy(job));
    {
      const std::lock_guard ended(mutex_);
      running.finished = true;
    }
    unfinished_.Done();
  });
}

void RebuildRunner::Reap() {
  std::list<Running> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = running_.begin(); at != running_.end();) {
      const auto next = std::next(at);
      if (at->finished) ended.splice(ended.end(), running_, at);
      at = next;
    }
  }
  for (Running& each : ended) each.thread.join();
}

void RebuildRunner::Stop() {
  stop_.Stop();
  Wait();
  Reap();
}

Status RebuildRunner::Copy(const RebuildJob& job) {
  for (const std::string& snapshot : job.snapshots) {
    if (Status status = CopySnapshot(job, snapshot); !status.ok()) return status;
  }
  return {};
}

Status RebuildRunner::CopySnapshot(const RebuildJob& job, const std::string& snapshot) {
  const Result<bool> started =
      replicas_.ReplicaRebuildingDstShallowCopyStart(job.dst_replica, job.src_replica, snapshot);
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
