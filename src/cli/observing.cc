// See observing.h.
#include "cli/observing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/observed_names.h"
#include "driver/interrupt.h"
#include "explain/discipline.h"
#include "explain/suggestion.h"
#include "report/objects.h"

namespace heddle::cli {
namespace {

using driver::Clock;
using explain::kNothing;
using explain::Observations;
using explain::ObservedExecution;
using explain::Step;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using trace::ObservedKind;
using trace::ObservedStep;

// Another seed than the run's: other schedules than the one that was found.
constexpr uint64_t kSeedMix = 0x0b5e;

// An execution that takes longer than this without a decision says nothing here.
constexpr nanoseconds kPatience = milliseconds(500);

// Where the place is in another execution: an allocation that others make as well; or the same address, if it is a
// variable, lies on the first thread's stack, or was allocated before main.
[[nodiscard]] std::optional<trace::ObservedPlace> PlaceIn(const trace::Finding& finding,
                                                          const report::FindingView& view) {
  if (finding.address == 0) return std::nullopt;
  if (finding.block.start != 0) {
    if (finding.block.alloc_pc == 0) return std::nullopt;
    return trace::ObservedPlace{.address = 0,
                                .site = finding.block.alloc_pc,
                                .bytes = finding.block.bytes,
                                .offset = finding.address - finding.block.start};
  }
  if (view.location.kind == report::LocationKind::kStack && view.location.thread != 0)
    return std::nullopt;
  return trace::ObservedPlace{.address = finding.address, .site = 0, .bytes = 0, .offset = 0};
}

// Copies what one execution left in the region, with names.
class Reader {
 public:
  Reader(const trace::Region& region, ObservedNames& names, uint32_t allocation_place)
      : region_(region), names_(names), allocation_place_(allocation_place) {}

  [[nodiscard]] ObservedExecution Read() {
    ObservedExecution execution;
    const trace::Observation& observed = region_.observed;
    for (uint32_t i = 0; i < std::min(observed.count, kObservedStepsMax); ++i) {
      const ObservedStep& raw = observed.steps[i];
      if (raw.kind == ObservedKind::kBlock) {
        AddBlock(raw);
      } else if (raw.kind == ObservedKind::kSync || IsOurs(raw.start)) {
        execution.steps.push_back(ReadStep(raw));
      }
    }
    const uint32_t findings = std::min(region_.execution.finding_count, kFindingsMax);
    for (uint32_t i = 0; i < findings; ++i) {
      const trace::Finding& finding = region_.findings[i];
      if (finding.verdict == trace::Verdict::kDataRace) continue;
      execution.findings.push_back({trace::VerdictName(finding.verdict),
                                    driver::RegionText(finding.message, sizeof finding.message)});
    }
    return execution;
  }

 private:
  // Blocks that the same library code allocates for another part of the program are not of this kind.
  [[nodiscard]] bool IsOurs(uint64_t start) const {
    if (start == 0) return true;
    const auto found = instances_.find(start);
    return found != instances_.end() && found->second != 0;
  }

  void AddBlock(const ObservedStep& raw) {
    blocks_[raw.address] = {raw.start, raw.value, raw.pc};
    if (raw.snapshot == trace::kNoIndex) return;
    const bool ours = allocation_place_ == kNothing ||
                      names_.PlaceOf(region_, raw.pc, raw.snapshot) == allocation_place_;
    instances_[raw.start] = ours ? ++instance_count_ : 0;
  }

  [[nodiscard]] uint32_t LockOf(uint64_t address, trace::LockKind kind) {
    const auto block = blocks_.find(address);
    return names_.LockOf(address, block != blocks_.end() ? &block->second : nullptr, kind);
  }

  [[nodiscard]] Step ReadStep(const ObservedStep& raw) {
    Step step;
    step.access = raw.kind == ObservedKind::kAccess;
    step.thread = std::min(raw.thread, kObservedThreadsMax - 1);
    step.op = raw.op;
    step.pc = raw.pc;
    step.value = raw.value;
    step.clock = raw.clock;
    step.created_clock = raw.created_clock;
    std::copy_n(raw.known, kObservedThreadsMax, step.known);
    std::copy_n(raw.created, kObservedThreadsMax, step.created);
    if (step.access) {
      step.instance = raw.start != 0 ? instances_[raw.start] : 0;
      step.write = (raw.flags & trace::kObservedWrite) != 0;
      step.atomic = (raw.flags & trace::kObservedAtomic) != 0;
      step.frees = (raw.flags & trace::kObservedFree) != 0;
      step.place = names_.PlaceOf(region_, raw.pc, raw.snapshot);
      for (uint32_t i = 0; i < std::min(raw.lock_count, kObservedLocksMax); ++i) {
        const auto kind = static_cast<trace::LockKind>(raw.locks[i].kind);
        step.locks.push_back(
            {LockOf(raw.locks[i].address, kind), kind == trace::LockKind::kRwRead});
      }
      return step;
    }
    step.object = raw.address;
    step.order = raw.order;
    step.stored = (raw.flags & trace::kObservedChanged) != 0;
    ReadObject(raw, step);
    return step;
  }

  void ReadObject(const ObservedStep& raw, Step& step) {
    using enum trace::OpKind;
    if (raw.snapshot == trace::kNoIndex) return;
    const std::string_view words = report::KindOfObject(raw.op).words;
    if (words == "atomic") {
      step.place = names_.PlaceOf(region_, raw.pc, raw.snapshot);
      return;
    }
    if (words != "mutex" && words != "spin lock" && words != "rwlock") return;
    step.lock = LockOf(raw.address, words == "mutex"       ? trace::LockKind::kMutex
                                    : words == "spin lock" ? trace::LockKind::kSpin
                                                           : trace::LockKind::kRwWrite);
    const bool takes = raw.op != kMutexUnlock && raw.op != kSpinUnlock && raw.op != kRwUnlock &&
                       raw.op != kCondRelock;
    if (takes) names_.NameByTaking(step.lock, region_, raw);
  }

  const trace::Region& region_;
  ObservedNames& names_;
  const uint32_t allocation_place_;
  std::map<uint64_t, ObservedNames::Block> blocks_;  // by the address that lies in them
  std::map<uint64_t, uint32_t> instances_;           // by start of the block; 0: not of our kind
  uint32_t instance_count_ = 0;
};

[[nodiscard]] report::DisciplineView ViewOf(const explain::Discipline& discipline,
                                            const Observations& observations) {
  report::DisciplineView view{.executions = discipline.executions,
                              .accesses = discipline.accesses,
                              .contended = discipline.contended,
                              .left_out = observations.left_out,
                              .locks = {},
                              .statements = explain::Statements(discipline, observations)};
  for (const explain::LockCount& lock : discipline.locks)
    view.locks.push_back({observations.locks[lock.lock].name, lock.held});
  return view;
}

[[nodiscard]] report::SuggestionView ViewOf(const explain::Suggestion& suggestion,
                                            const Observations& observations) {
  report::SuggestionView view{.remedy = suggestion.remedy,
                              .advice = suggestion.advice,
                              .evidence = suggestion.evidence,
                              .lock = {},
                              .function = {},
                              .file = {}};
  if (suggestion.lock != kNothing) view.lock = observations.locks[suggestion.lock].name;
  if (suggestion.place < observations.places.size()) {
    const explain::Place& place = observations.places[suggestion.place];
    view.function = place.function;
    view.file = place.file;
    view.line = place.line;
  }
  return view;
}

// What was found in executions in which the race happened.
[[nodiscard]] report::HarmView HarmOf(const explain::Discipline& discipline,
                                      const Observations& observations) {
  report::HarmView harm{
      .executions = discipline.executions, .raced = discipline.raced, .consequences = {}};
  size_t last = SIZE_MAX;
  std::map<std::pair<std::string, std::string>, uint64_t> counts;
  for (const explain::RacingPair& pair : discipline.races) {
    if (std::exchange(last, pair.execution) == pair.execution) continue;
    for (const explain::Consequence& found : observations.executions[pair.execution].findings)
      ++counts[{found.verdict, found.message.substr(0, found.message.find('\n'))}];
  }
  for (const auto& [what, count] : counts)
    harm.consequences.push_back({what.first, what.second, count});
  return harm;
}

// The source place that allocated the block of the finding, if that is known.
[[nodiscard]] uint32_t AllocationPlace(const trace::Finding& finding, const trace::Region& region,
                                       ObservedNames& names) {
  if (finding.block.start == 0) return kNothing;
  return names.PlaceOf(region, finding.block.alloc_pc, finding.block.alloc_snapshot);
}

}  // namespace

void ObserveRace(driver::Job& job, const driver::LoomSettings& settings,
                 report::Symbolizer& symbolizer, const trace::Finding& finding,
                 Clock::time_point deadline, report::FindingView& view) {
  const std::optional<trace::ObservedPlace> place = PlaceIn(finding, view);
  if (!place.has_value()) return;
  trace::Region& region = job.loom().region();
  Observations observations;
  ObservedNames names(symbolizer, job.loom().pid(), observations);
  const uint32_t allocated_in = AllocationPlace(finding, region, names);

  driver::LoomSettings other = settings;
  other.strategy = {trace::StrategyKind::kPortfolio, 0, 0};
  other.seed = settings.seed ^ kSeedMix;
  other.detect |= trace::kDetectRaces | trace::kDetectLockOrder;
  other.hang_timeout = std::min(other.hang_timeout, kPatience);
  region.known_count = 0;
  region.observed.place = *place;
  for (uint64_t i = 0; i < kObservedExecutions && !driver::Interrupted(); ++i) {
    const nanoseconds left = deadline - Clock::now();
    if (left.count() <= 0) break;
    trace::Command command = driver::Job::Explore(other, i, 1, 1, left);
    command.flags = trace::kObserve;
    const driver::Result<trace::Reply> reply = job.Transact(command);
    if (!reply.ok()) {
      if (region.execution.limit_hit == 0) break;
      continue;
    }
    if ((reply.value().flags & trace::kExploredItself) != 0) break;
    observations.left_out += region.observed.left_out;
    observations.executions.push_back(Reader(region, names, allocated_in).Read());
  }
  const explain::Discipline discipline = explain::Count(observations);
  if (discipline.contended == 0) return;
  view.discipline = ViewOf(discipline, observations);
  view.harm = HarmOf(discipline, observations);
  if (const auto suggestion = explain::SuggestForRace(discipline, observations))
    view.suggestion = ViewOf(*suggestion, observations);
}

}  // namespace heddle::cli
