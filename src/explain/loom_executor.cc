#include "explain/loom_executor.h"

#include <algorithm>
#include <span>
#include <utility>

#include "driver/interrupt.h"

namespace heddle::explain {
namespace {

using driver::Clock;
using driver::Recording;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using trace::Finding;
using trace::Region;

// Fewer trials than this are not worth beginning with.
constexpr int kTrialsMin = 4;

// How much longer than the found one an execution may get before it is given up.
constexpr uint64_t kStepsFactor = 4;
constexpr uint64_t kStepsMore = 2'000;

// The search gets this part of the time that is left, in percent: it ends by itself in small programs, and in large ones it
// leads nowhere.
constexpr int kSearchPercent = 40;
constexpr nanoseconds kSearchBatch = milliseconds(100);

}  // namespace

nanoseconds LoomExecutor::TimeLeft() const {
  return std::max(nanoseconds(deadline_ - Clock::now()), nanoseconds(0));
}

bool LoomExecutor::Stopped() const {
  return failed_ || driver::Interrupted() || TimeLeft().count() == 0;
}

// False if the execution says nothing: the loom ended, or refused.
bool LoomExecutor::Execute(const trace::Command& command) {
  if (failed_) return false;
  const driver::Result<trace::Reply> reply = job_.Transact(command);
  if (!reply.ok()) {
    // A limit that one strange schedule runs into ends that trial only.
    failed_ = job_.loom().region().execution.limit_hit == 0;
    return false;
  }
  return job_.loom().region().execution.limit_hit == 0;
}

const Finding* LoomExecutor::Target() const {
  const Region& region = job_.loom().region();
  const uint32_t count = std::min(region.execution.finding_count, kFindingsMax);
  const Finding* end = region.findings + count;
  const Finding* found = std::find_if(region.findings, end, [this](const Finding& finding) {
    return finding.verdict == verdict_ && finding.key == key_;
  });
  return found == end ? nullptr : found;
}

Trial LoomExecutor::TrialOfLast() const {
  Trial trial;
  const Finding* finding = Target();
  if (finding == nullptr || finding->decision > kGuideMax) return trial;
  trial.fails = true;
  trial.cost = {finding->preemptive_switches, finding->threads_involved, finding->unusual_choices};
  const trace::GuidePoint* notes = job_.loom().region().notes;
  std::copy_if(notes, notes + finding->decision, std::back_inserter(trial.guide),
               [](const trace::GuidePoint& point) {
                 const bool switches =
                     trace::KindOf(point.decision) == trace::DecisionKind::kThread &&
                     trace::ValueOf(point.decision) != point.thread;
                 return switches || (point.flags & trace::kUsual) == 0;
               });
  return trial;
}

std::optional<Trial> LoomExecutor::Annotated(const Recording& recording) {
  if (!Execute(job_.Annotate(settings_, recording))) return std::nullopt;
  if (job_.loom().region().execution.diverged != 0) return std::nullopt;
  return TrialOfLast();
}

std::optional<Trial> LoomExecutor::Begin(const Recording& recording, size_t index) {
  if (index >= recording.findings.size()) return std::nullopt;
  execution_ = recording.execution;
  verdict_ = recording.findings[index].verdict;
  key_ = recording.findings[index].key;
  const Clock::time_point begin = Clock::now();
  std::optional<Trial> found = Annotated(recording);
  if (!found.has_value() || !found->fails) return std::nullopt;
  const nanoseconds took = Clock::now() - begin;
  if (took * kTrialsMin > TimeLeft()) return std::nullopt;
  steps_max_ = job_.loom().region().execution.step_count * kStepsFactor + kStepsMore;
  settings_.hang_timeout =
      std::min(settings_.hang_timeout, std::max<nanoseconds>(10 * took, milliseconds(200)));
  return found;
}

std::optional<Trial> LoomExecutor::Run(const Guide& guide) {
  if (Stopped()) return std::nullopt;
  trace::Command command = job_.Guide(settings_, UnusualOnly(guide), steps_max_);
  command.first_execution = execution_;
  if (!Execute(command)) return failed_ ? std::nullopt : std::optional<Trial>(Trial{});
  return TrialOfLast();
}

std::optional<Recording> LoomExecutor::Record(const Guide& guide) {
  trace::Command command = job_.Guide(settings_, UnusualOnly(guide), 0);
  command.first_execution = execution_;
  if (!Execute(command) || Target() == nullptr) return std::nullopt;
  return job_.Record(execution_);
}

std::optional<size_t> LoomExecutor::FindSwap(const Guide& guide,
                                             const std::vector<trace::Event>& events,
                                             const std::vector<EventPair>& pairs) {
  const Region& region = job_.loom().region();
  for (size_t i = 0; i < pairs.size() && !Stopped(); ++i) {
    trace::Command command =
        job_.Guide(settings_, SwappedGuide(guide, events, pairs[i]), steps_max_);
    command.first_execution = execution_;
    command.flags |= trace::kDiagnose;  // for the events; no stacks
    command.snapshot_events_from = UINT64_MAX;
    if (!Execute(command)) continue;
    const trace::Execution& end = region.execution;
    const bool passes = end.finished != 0 && end.finding_count == 0 && end.step_count <= steps_max_;
    const std::span<const trace::Event> after(region.events,
                                              std::min(end.kept_event_count, kEventsMax));
    if (passes && IsSwapped(events, pairs[i], after)) return i;
  }
  return std::nullopt;
}

Executor::SearchResult LoomExecutor::Search(uint32_t switches_max) {
  SearchResult result;
  const Clock::time_point end = Clock::now() + TimeLeft() * kSearchPercent / 100;
  driver::LoomSettings settings = settings_;
  settings.strategy = {trace::StrategyKind::kDfs, 0, 0, switches_max};
  Region& region = job_.loom().region();
  std::vector<uint64_t> others;  // keys of findings that are not the one looked for
  uint64_t next = 0;
  while (!Stopped() && Clock::now() < end) {
    job_.TeachKnown(others);
    trace::Command command = driver::Job::Explore(settings, next, 1, UINT32_MAX, kSearchBatch);
    const driver::Result<trace::Reply> reply = job_.Transact(command);
    if (!reply.ok()) {
      failed_ = true;
      break;
    }
    next += reply.value().executions;
    if (reply.value().kind == trace::ReplyKind::kFinding) {
      if (const Finding* finding = Target(); finding != nullptr) {
        result.tried_below = region.search.bound;
        result.trial = Annotated(job_.Record(reply.value().execution));
        break;
      }
      const uint32_t count = std::min(region.execution.finding_count, kFindingsMax);
      for (uint32_t i = 0; i < count; ++i) others.push_back(region.findings[i].key);
    }
    result.tried_below = region.search.bound;
    if (region.search.state != trace::SearchState::kRunning) {
      const bool all =
          region.search.state == trace::SearchState::kComplete && region.search.too_deep == 0;
      if (all) result.tried_below = switches_max + 1;
      break;
    }
  }
  region.known_count = 0;
  return result;
}

}  // namespace heddle::explain
