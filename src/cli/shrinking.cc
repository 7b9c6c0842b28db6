#include "cli/shrinking.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "cli/observing.h"
#include "driver/card.h"
#include "driver/diagnosis.h"
#include "driver/interrupt.h"
#include "explain/atomicity.h"
#include "report/build.h"
#include "report/events.h"
#include "report/known_remedies.h"

namespace heddle::cli {
namespace {

using driver::Clock;
using driver::Recording;
using explain::EventPair;
using explain::LoomExecutor;
using explain::Trial;
using report::FindingView;
using std::chrono::nanoseconds;

// Less than this is not worth a loom.
constexpr nanoseconds kTimeMin = std::chrono::milliseconds(10);

// What explaining a card may take to find the pair that matters.
constexpr nanoseconds kExplainTime = std::chrono::seconds(2);

// Pairs that are tried: each costs a run.
constexpr size_t kPairsMax = 48;
// Longer executions are not searched for pairs.
constexpr uint64_t kEventsForPairs = 200'000;

// The same finding in a recording: by verdict, and by place as far as the loom knows it.
[[nodiscard]] size_t IndexOf(const Recording& recording, const FindingView& view) {
  const auto found = std::find_if(
      recording.findings.begin(), recording.findings.end(), [&view](const trace::Finding& finding) {
        return finding.verdict == view.verdict && finding.event == view.event &&
               finding.thread == view.thread;
      });
  return static_cast<size_t>(found - recording.findings.begin());
}

}  // namespace

bool Shrinking::StartLoom() {
  if (job_ != nullptr || failed_) return !failed_;
  failed_ = true;
  driver::Result<std::unique_ptr<driver::LoomProcess>> loom =
      driver::LoomProcess::Start(prepared_.invocation, input_);
  if (!loom.ok()) return false;
  job_ = std::make_unique<driver::Job>(std::move(loom.value()));
  failed_ = !job_->loom().WaitForHello(options_.exploration.start_timeout).ok();
  if (!failed_) symbolizer_ = std::make_unique<report::Symbolizer>(job_->loom().pid());
  return !failed_;
}

std::optional<ShortFinding> Shrinking::Shrink(const driver::FoundFinding& finding,
                                              const FindingView& found, size_t share) {
  if (left_ < kTimeMin || driver::Interrupted() || !finding.confirmed) return std::nullopt;
  const Clock::time_point begin = Clock::now();
  std::optional<ShortFinding> result;
  if (StartLoom()) {
    const nanoseconds budget = left_ / static_cast<int64_t>(std::max<size_t>(share, 1));
    LoomExecutor executor(*job_, options_.exploration.loom, begin + budget);
    const std::optional<Trial> first =
        executor.Begin(finding.recording, IndexOf(finding.recording, found));
    if (first.has_value())
      result = Shorten(executor, *first, found, finding.recording.libraries_seen);
  }
  const nanoseconds took = Clock::now() - begin;
  left_ -= std::min(left_, took);
  if (result.has_value())
    result->view.schedule->shrink_seconds = std::chrono::duration<double>(took).count();
  return result;
}

std::optional<ShortFinding> Shrinking::Shorten(LoomExecutor& executor, const Trial& first,
                                               const FindingView& found, bool libraries_seen) {
  const explain::Shrunk shrunk = explain::Shrink(executor, first);
  // The best first. If a person would call that another finding, or if it does not appear again, the one that was found.
  for (const Trial* trial : {&shrunk.best, &first}) {
    std::optional<Recording> recording = executor.Record(trial->guide);
    if (!recording.has_value()) continue;
    if (libraries_seen && !StillRaces(*recording, executor.Target()->key)) continue;
    std::optional<Told> told = Tell(*recording, *executor.Target());
    if (!told.has_value() || told->view.signature != found.signature) continue;
    AddSwap(executor, trial->guide, *told);
    Observe(*told, told->view);
    const bool best = trial == &shrunk.best;
    told->view.schedule =
        report::ScheduleView{.preemptive_switches = trial->cost.switches,
                             .threads_involved = trial->cost.threads,
                             .found_switches = first.cost.switches,
                             .minimal = trial->cost.switches == 0 || (best && shrunk.minimal)};
    return ShortFinding{std::move(*recording), std::move(told->view), trial->cost < first.cost};
  }
  return std::nullopt;
}

// A race that was confirmed with uninstrumented libraries in sight must be one in the shorter execution too.
bool Shrinking::StillRaces(Recording& recording, uint64_t key) {
  const driver::Result<std::vector<size_t>> withdrawn =
      second_look_.Look(*job_, options_.exploration.loom, &recording);
  if (!withdrawn.ok() || !recording.libraries_seen) return false;
  return std::none_of(withdrawn.value().begin(), withdrawn.value().end(),
                      [&](size_t index) { return recording.findings[index].key == key; });
}

// Runs it again with stacks. Nothing if that was another execution. REQUIRES: `wanted` is in the recording.
std::optional<Shrinking::Told> Shrinking::Tell(const Recording& recording,
                                               const trace::Finding& wanted) {
  const uint64_t key = wanted.key;
  const auto place =
      std::find_if(recording.findings.begin(), recording.findings.end(),
                   [key](const trace::Finding& finding) { return finding.key == key; });
  if (place == recording.findings.end()) return std::nullopt;
  const driver::Result<driver::Diagnosis> diagnosis =
      driver::Diagnose(*job_, options_.exploration.loom, recording);
  if (!diagnosis.ok() || !diagnosis.value().confirmed) return std::nullopt;
  const trace::Region& region = job_->loom().region();
  Told told;
  told.view =
      report::BuildFinding(region, static_cast<uint32_t>(place - recording.findings.begin()),
                           *symbolizer_, options_.detail());
  told.finding = region.findings[place - recording.findings.begin()];
  const uint64_t end = std::min<uint64_t>(place->event, region.execution.kept_event_count);
  if (end > kEventsForPairs) return told;
  told.events.assign(region.events, region.events + end);
  told.pairs = explain::ConflictingPairs(told.events, kPairsMax);
  report::ObjectNames names(*symbolizer_);
  for (const EventPair& pair : told.pairs) {
    told.swaps.push_back({report::ViewOfEvent(region, pair.first, *symbolizer_, names),
                          report::ViewOfEvent(region, pair.second, *symbolizer_, names)});
  }
  return told;
}

// What is left of the time is for the findings to come as well: each gets half of it.
void Shrinking::Observe(const Told& told, FindingView& view) {
  const bool instrumented_race = told.finding.verdict == trace::Verdict::kDataRace;
  const nanoseconds budget = observe_left_ / 2;
  if (!instrumented_race || budget < kTimeMin || driver::Interrupted()) return;
  const Clock::time_point begin = Clock::now();
  ObserveRace(*job_, options_.exploration.loom, *symbolizer_, told.finding, begin + budget, view);
  observe_left_ -= std::min<nanoseconds>(observe_left_, Clock::now() - begin);
}

// Names of objects are those of the story where that has the event.
void Shrinking::AddSwap(LoomExecutor& executor, const explain::Guide& guide, Told& told) {
  const std::optional<size_t> index = executor.FindSwap(guide, told.events, told.pairs);
  if (!index.has_value()) return;
  SuggestBySwap(told.pairs[*index], told);
  told.view.swap = std::move(told.swaps[*index]);
  for (report::EventView* event : {&told.view.swap->first, &told.view.swap->second}) {
    for (const report::StoryRow& row : told.view.story) {
      const bool same = row.kind == report::StoryKind::kEvent && !row.event.is_access_of_finding &&
                        row.event.index == event->index;
      if (same) *event = row.event;
    }
  }
}

bool Shrinking::SuggestBySignal(Told& told) {
  const trace::Access& access = told.finding.current;
  if (access.lock_count == 0 || told.view.accesses.empty()) return false;
  const uint32_t object = access.locks[std::min(access.lock_count, kHeldLocksMax) - 1].object;
  const std::optional<uint64_t> before =
      explain::SignalledBefore(told.events, access.thread, object);
  if (!before.has_value()) return false;
  report::SuggestionView suggestion;
  suggestion.remedy = "signal-once";
  suggestion.advice = "give this signal once, or let a second one do nothing";
  suggestion.evidence = fmt::format(
      "T{} failed while it signalled a second time: it had been here before and notified (event "
      "{})",
      access.thread, *before);
  report::SetPlace(told.view.accesses.front().stack, &suggestion);
  told.view.suggestion = std::move(suggestion);
  return true;
}

void Shrinking::SuggestBySwap(const EventPair& pair, Told& told) {
  FindingView& view = told.view;
  const bool of_results =
      view.verdict == trace::Verdict::kAssertion || view.verdict == trace::Verdict::kCrash ||
      view.verdict == trace::Verdict::kExitStatus || view.verdict == trace::Verdict::kInvariant ||
      view.verdict == trace::Verdict::kUncaughtException;
  if (!of_results || view.suggestion) return;
  if (SuggestBySignal(told)) return;
  const std::optional<explain::Atomicity> shape = explain::ShapeOf(told.events, pair);
  if (!shape.has_value()) return;
  const report::SwapView& swap = told.swaps[&pair - told.pairs.data()];
  const bool looked = shape->shape == explain::Atomicity::Shape::kCheckAgain;
  const bool fails_in_first =
      view.verdict == trace::Verdict::kCrash && view.thread == swap.first.thread;
  const uint32_t first = swap.first.thread;
  const uint32_t second = swap.second.thread;
  report::SuggestionView suggestion;
  suggestion.remedy = looked           ? "check-again-under-lock"
                      : fails_in_first ? "arm-before-register"
                                       : "insert-after-exists";
  suggestion.advice = looked ? "check again here, in one step with acting, whether it is still so"
                      : fails_in_first
                          ? "do this before others are told, so that they find it ready"
                          : "do this before others are told, or let them check again";
  suggestion.evidence =
      looked ? fmt::format(
                   "T{} looked at it before (event {}), T{} came in between (event {}), and "
                   "in the other order the execution passes",
                   second, shape->earlier, first, pair.first)
             : fmt::format(
                   "T{} had let others go on (event {}) and T{} was one of them (event {}) "
                   "before T{} came here; in the other order the execution passes",
                   second, shape->earlier, first, shape->heard, second);
  suggestion.function = swap.second.function;
  suggestion.file = swap.second.file;
  suggestion.line = swap.second.line;
  view.suggestion = std::move(suggestion);
}

std::optional<FindingView> Shrinking::Explain(const driver::Card& card) {
  if (!StartLoom()) return std::nullopt;
  Recording recorded;
  recorded.execution = card.execution;
  recorded.decisions = card.decisions;
  const driver::Result<trace::Reply> reply =
      job_->Transact(job_->Annotate(options_.exploration.loom, recorded));
  if (!reply.ok()) return std::nullopt;
  const Recording recording = job_->Record(card.execution);
  for (size_t i = 0; i < recording.findings.size(); ++i) {
    if (recording.findings[i].verdict != card.verdict) continue;
    LoomExecutor executor(*job_, options_.exploration.loom, Clock::now() + kExplainTime);
    const std::optional<Trial> trial = executor.Begin(recording, i);
    std::optional<Told> told = Tell(recording, recording.findings[i]);
    if (!told.has_value()) continue;
    if (trial.has_value()) {
      AddSwap(executor, trial->guide, *told);
      told->view.schedule = report::ScheduleView{.preemptive_switches = trial->cost.switches,
                                                 .threads_involved = trial->cost.threads,
                                                 .found_switches = trial->cost.switches};
    }
    return std::move(told->view);
  }
  return std::nullopt;
}

}  // namespace heddle::cli
