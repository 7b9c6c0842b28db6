#include "driver/diagnosis.h"

#include <algorithm>
#include <optional>

namespace heddle::driver {
namespace {

using trace::Finding;
using trace::Region;

// The diagnosed twin of a lean finding. Keys are equal within one process layout; a verdict at the same index is
// the next best (a crash inside freed memory may have another key each time).
[[nodiscard]] std::optional<Finding> FindTwin(const Recording& lean, size_t index,
                                              const std::vector<Finding>& diagnosed) {
  const Finding& wanted = lean.findings[index];
  for (const Finding& candidate : diagnosed) {
    if (candidate.verdict == wanted.verdict && candidate.key == wanted.key) return candidate;
  }
  if (index < diagnosed.size() && diagnosed[index].verdict == wanted.verdict)
    return diagnosed[index];
  return std::nullopt;
}

void ForgetSnapshots(trace::Access& access) {
  access.snapshot = trace::kNoIndex;
  for (trace::HeldLock& lock : access.locks) lock.snapshot = trace::kNoIndex;
}

// A finding that has no twin keeps only what the lean run knew.
[[nodiscard]] Finding WithoutSnapshots(Finding finding) {
  ForgetSnapshots(finding.current);
  ForgetSnapshots(finding.previous);
  finding.block.alloc_snapshot = trace::kNoIndex;
  finding.block.free_snapshot = trace::kNoIndex;
  std::fill_n(finding.cycle_snapshots, kCycleMax, trace::kNoIndex);
  return finding;
}

[[nodiscard]] bool EarlierAccessMissing(const Finding& finding) {
  return finding.verdict == trace::Verdict::kDataRace &&
         finding.previous.snapshot == trace::kNoIndex;
}

}  // namespace

Comparison CompareExecutions(const trace::Execution& first, const trace::Execution& second) {
  if (second.diverged != 0) {
    std::string why = RegionText(second.diverged_message, sizeof(second.diverged_message));
    return {false, "decision " + std::to_string(second.diverged_at) + " no longer fitted" +
                       (why.empty() ? "" : " (" + why + ")")};
  }
  if (first.event_count != second.event_count) {
    return {false, "it had " + std::to_string(second.event_count) + " events instead of " +
                       std::to_string(first.event_count)};
  }
  if (first.event_hash != second.event_hash) return {false, "its events were different ones"};
  if (first.decision_count != second.decision_count) {
    return {false, "it took " + std::to_string(second.decision_count) + " decisions instead of " +
                       std::to_string(first.decision_count)};
  }
  return {};
}

Result<Comparison> RunAgain(Job& job, const LoomSettings& settings, const Recording& recording) {
  const Result<trace::Reply> reply = job.Transact(job.Replay(settings, recording, false));
  if (!reply.ok()) return reply.error();
  return CompareExecutions(recording.end, job.loom().region().execution);
}

Result<Diagnosis> Diagnose(Job& job, const LoomSettings& settings, const Recording& recording) {
  const Result<trace::Reply> reply = job.Transact(job.Replay(settings, recording, true));
  if (!reply.ok()) return reply.error();

  return MergeDiagnosis(recording, job.loom().region());
}

Diagnosis MergeDiagnosis(const Recording& recording, Region& region) {
  Diagnosis diagnosis;
  const Comparison comparison = CompareExecutions(recording.end, region.execution);
  if (!comparison.same) {
    diagnosis.confirmed = false;
    diagnosis.notes.push_back(
        "a second run of the same schedule differed: " + comparison.difference +
        "; the program depends on something that Heddle does not control");
  }
  const uint32_t count = std::min(region.execution.finding_count, kFindingsMax);
  const std::vector<Finding> diagnosed(region.findings, region.findings + count);
  for (size_t i = 0; i < recording.findings.size(); ++i) {
    const std::optional<Finding> twin = FindTwin(recording, i, diagnosed);
    region.findings[i] = twin.has_value() ? *twin : WithoutSnapshots(recording.findings[i]);
    const std::string name = trace::VerdictName(recording.findings[i].verdict);
    if (!twin.has_value()) {
      diagnosis.confirmed = false;
      diagnosis.notes.push_back("the " + name +
                                " did not appear again when its schedule was run a second time");
    } else if (EarlierAccessMissing(*twin)) {
      diagnosis.notes.push_back("the stack of the earlier access of a " + name +
                                " could not be recorded");
    }
  }
  region.execution.finding_count = static_cast<uint32_t>(recording.findings.size());
  return diagnosis;
}

}  // namespace heddle::driver
