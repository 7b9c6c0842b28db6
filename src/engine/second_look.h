// The second look at the data races of an exploration in this process (driver/second_look.h does the same for whole
// programs): what is kept of an execution while its decisions run once more with libraries in sight, and which of its races
// are left afterwards.
//
// Thread safety: used only by the explorer, between executions.
#pragma once

#include <cstdint>

#include "base/limits.h"
#include "trace/region.h"

namespace heddle::engine {

class SecondLook {
 public:
  // Whether the execution that has just ended has races that are worth a look.
  [[nodiscard]] bool Wanted(const trace::Region& region) const {
    return worth_it_ && Races(region) > 0;
  }

  // Keeps what the look will overwrite.
  void Begin(const trace::Region& region) {
    end_ = region.execution;
    for (uint32_t i = 0; i < end_.finding_count; ++i) findings_[i] = region.findings[i];
  }

  // The look is over: puts back what was there, without the races that are none. Those that were withdrawn often enough
  // become known, so that no execution reports them again.
  void End(trace::Region* region) {
    const trace::Execution seen = region->execution;
    const bool same = seen.diverged == 0 && seen.decision_count == end_.decision_count;
    const bool saw = seen.library_sight == trace::LibrarySight::kSaw;
    worth_it_ = saw;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < end_.finding_count; ++i) {
      const trace::Finding& finding = findings_[i];
      if (same && saw && IsRace(finding) && !Contains(*region, seen.finding_count, finding.key)) {
        NoteWithdrawn(finding.key, region);
      } else {
        findings_[kept++] = finding;
      }
    }
    end_.finding_count = kept;
    if (same) end_.library_sight = seen.library_sight;  // what is left is confirmed, if it saw
    region->execution = end_;
    for (uint32_t i = 0; i < kept; ++i) region->findings[i] = findings_[i];
  }

  // Different races that were withdrawn at least once.
  [[nodiscard]] uint32_t withdrawn() const { return withdrawn_count_; }

 private:
  static constexpr uint32_t kWithdrawnMax = 64;
  static constexpr uint32_t kLooksMax = 4;  // as in driver/second_look.h

  struct Withdrawn {
    uint64_t key;
    uint32_t times;
  };

  [[nodiscard]] static bool IsRace(const trace::Finding& finding) {
    return finding.verdict == trace::Verdict::kDataRace;
  }

  [[nodiscard]] static uint32_t Races(const trace::Region& region) {
    uint32_t races = 0;
    for (uint32_t i = 0; i < region.execution.finding_count; ++i)
      races += IsRace(region.findings[i]);
    return races;
  }

  [[nodiscard]] static bool Contains(const trace::Region& region, uint32_t count, uint64_t key) {
    for (uint32_t i = 0; i < count; ++i) {
      if (IsRace(region.findings[i]) && region.findings[i].key == key) return true;
    }
    return false;
  }

  void NoteWithdrawn(uint64_t key, trace::Region* region) {
    uint32_t i = 0;
    while (i < withdrawn_count_ && withdrawn_[i].key != key) ++i;
    if (i == kWithdrawnMax) return;
    if (i == withdrawn_count_) withdrawn_[withdrawn_count_++] = {key, 0};
    if (++withdrawn_[i].times == kLooksMax && region->known_count < kKnownRacesMax)
      region->known[region->known_count++] = key;
  }

  bool worth_it_ = true;  // until a look says that there is nothing to see, or takes too long
  uint32_t withdrawn_count_ = 0;
  Withdrawn withdrawn_[kWithdrawnMax] = {};
  trace::Execution end_ = {};
  trace::Finding findings_[kFindingsMax] = {};
};

}  // namespace heddle::engine
