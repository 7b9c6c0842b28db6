#include "driver/second_look.h"

#include <algorithm>

namespace heddle::driver {
namespace {

[[nodiscard]] bool IsRace(const trace::Finding& finding) {
  return finding.verdict == trace::Verdict::kDataRace;
}

}  // namespace

Result<std::vector<size_t>> SecondLook::Look(Job& job, const LoomSettings& settings,
                                             Recording* recording) {
  const bool races = std::any_of(recording->findings.begin(), recording->findings.end(), IsRace);
  if (!races || !worth_it_ || spent_ > kTimeMax) return std::vector<size_t>{};

  const Clock::time_point begin = Clock::now();
  const Result<trace::Reply> reply = job.Transact(job.SeeLibraries(settings, *recording));
  if (!reply.ok()) return reply.error();
  spent_ += Clock::now() - begin;
  const trace::Region& region = job.loom().region();
  const trace::Execution& end = region.execution;
  if (end.library_sight == trace::LibrarySight::kNoLibraries) {
    worth_it_ = false;
    return std::vector<size_t>{};
  }
  // An execution that went another way says nothing about this one.
  const bool same = end.diverged == 0 && end.decision_count == recording->end.decision_count;
  if (end.library_sight != trace::LibrarySight::kSaw || !same) {
    worth_it_ = end.library_sight == trace::LibrarySight::kSaw;
    return std::vector<size_t>{};
  }
  recording->libraries_seen = true;
  std::vector<size_t> withdrawn;
  const uint32_t count = std::min(end.finding_count, kFindingsMax);
  for (size_t i = 0; i < recording->findings.size(); ++i) {
    const trace::Finding& race = recording->findings[i];
    const bool stands = std::any_of(region.findings, region.findings + count,
                                    [&race](const trace::Finding& finding) {
                                      return IsRace(finding) && finding.key == race.key;
                                    });
    if (IsRace(race) && !stands) withdrawn.push_back(i);
  }
  return withdrawn;
}

}  // namespace heddle::driver
