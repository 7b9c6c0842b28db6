#include "driver/exploration.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <limits>

#include "base/text.h"
#include "driver/interrupt.h"
#include "trace/dpor_words.h"

namespace heddle::driver {
namespace {

using std::chrono::nanoseconds;
using trace::Reply;
using trace::ReplyKind;

// Long enough to hide the cost of a command, short enough for progress, Ctrl-C and time budgets to feel immediate. The
// first batches are shorter: most bugs are found in them, and then nobody should wait for the other jobs.
constexpr nanoseconds kFirstBatchTime = std::chrono::milliseconds(10);
constexpr nanoseconds kBatchTime = std::chrono::milliseconds(150);

// A program that made no decision in so many executions has only one schedule.
constexpr uint64_t kExecutionsWithoutDecision = 16;

// How long the executions that run when Ctrl-C comes may take to end by themselves.
constexpr nanoseconds kPatienceAfterInterrupt = std::chrono::seconds(3);

// How long the executions that run when the time is used up may take to end by themselves: as long again as they were
// given, and not less than this.
constexpr nanoseconds kPatienceAfterTime = std::chrono::seconds(2);

// Which batches of a job end with a second run of their last execution.
[[nodiscard]] bool SampledBatch(uint64_t batch) { return batch == 0 || batch == 8 || batch == 64; }

// The decisions of a batch without the settings of its executions, which are made even where there
// is nothing to schedule. Every execution of a program begins with equally many.
[[nodiscard]] uint64_t ChoicesOf(const Reply& reply, const trace::Region& region) {
  uint64_t settings = 0;
  while (settings < std::min<uint64_t>(region.execution.decision_count, kDecisionsMax) &&
         trace::KindOf(region.decisions[settings]) == trace::DecisionKind::kSetting) {
    ++settings;
  }
  const uint64_t of_settings = settings * reply.executions;
  return reply.decisions > of_settings ? reply.decisions - of_settings : 0;
}

}  // namespace

Exploration::Exploration(const ExplorationOptions& options, const Invocation& invocation,
                         const StandardInput& input, ExplorationObserver& observer)
    : options_(options), invocation_(invocation), input_(input), observer_(observer) {}

Result<ExplorationResult> Exploration::Run() {
  if (Status started = StartJobs(); !started.ok()) return started.error();
  begin_ = Clock::now();
  while (true) {
    for (Share& share : shares_) {
      if (!share.done && !share.job->busy()) StartBatch(share);
    }
    if (AllDone()) break;
    WaitForReplies();
    for (Share& share : shares_) {
      if (share.done || !share.job->busy()) continue;
      Result<std::optional<Reply>> reply = share.job->Poll();
      if (!reply.ok()) {
        Fail(share, reply.error());
      } else if (reply.value().has_value()) {
        HandleReply(share, *reply.value());
      }
    }
    HandleInterrupt();
    HandleOverrun();
  }
  FinishFirstFinding();
  result_.seconds = std::chrono::duration<double>(Elapsed()).count();
  result_.orders = orders_.count().Statistics();
  CollectUncontrolled();
  std::sort(result_.findings.begin(), result_.findings.end(),
            [](const FoundFinding& a, const FoundFinding& b) {
              return a.first_execution < b.first_execution;
            });
  return std::move(result_);
}

Status Exploration::StartJobs() {
  const uint64_t jobs = std::clamp<uint64_t>(options_.jobs, 1, options_.schedules_max);
  for (uint64_t j = 0; j < jobs; ++j) {
    Result<std::unique_ptr<LoomProcess>> loom = LoomProcess::Start(invocation_, input_);
    if (!loom.ok()) return loom.error();
    Share share;
    share.job = std::make_unique<Job>(std::move(loom.value()));
    share.next = j;
    shares_.push_back(std::move(share));
  }
  for (Share& share : shares_) {
    const Result<Reply> hello = share.job->loom().WaitForHello(options_.start_timeout);
    if (!hello.ok()) return hello.error();
    result_.hello_flags |= hello.value().flags;
  }
  return Ok();
}

uint64_t Exploration::LastNumber() const {
  const uint64_t last = std::min(options_.schedules_max - 1, hunt_on_until_);
  return first_finding_.has_value() ? std::min(last, *first_finding_) : last;
}

nanoseconds Exploration::TimeLeft() const {
  if (options_.time_max.count() == 0) return nanoseconds::max();
  nanoseconds budget = options_.time_max;
  // With a finding in hand the other jobs catch up to its number, so that the lowest one is reported. They are about
  // as far; the extra time only bounds the case where they are not.
  if (first_finding_.has_value())
    budget = std::max(budget, 2 * found_after_ + std::chrono::seconds(1));
  return std::max(budget - Elapsed(), nanoseconds(0));
}

bool Exploration::AllDone() const {
  return std::all_of(shares_.begin(), shares_.end(), [](const Share& share) { return share.done; });
}

void Exploration::StartBatch(Share& share) {
  const nanoseconds time_left = TimeLeft();
  const bool one_schedule =
      result_.choices == 0 && result_.executions >= kExecutionsWithoutDecision;
  if (one_schedule) result_.exhausted = true;
  const bool search_over =
      (result_.search.has_value() && result_.search->state != trace::SearchState::kRunning) ||
      (result_.reduction.has_value() && result_.reduction->over);
  if (result_.interrupted || result_.failure.has_value() || result_.exhausted || search_over ||
      result_.explored_itself || result_.saturated || time_left.count() == 0 ||
      share.next > LastNumber()) {
    share.done = true;
    return;
  }
  uint64_t count = (LastNumber() - share.next) / shares_.size() + 1;
  if (share.batches == 0 || options_.show_output) {
    count = 1;  // The first execution is run twice; shown output is that of one execution.
  } else if (result_.choices == 0) {
    count = std::min(count, kExecutionsWithoutDecision);
  }
  share.job->TeachKnown(known_);
  const nanoseconds batch_time =
      std::min(kFirstBatchTime * (1 << std::min<uint64_t>(share.batches, 8)), kBatchTime);
  const trace::Command command = Job::Explore(options_.loom, share.next, shares_.size(), count,
                                              std::min(batch_time, time_left));
  if (Status sent = share.job->Begin(command); !sent.ok()) Fail(share, sent.error());
}

void Exploration::WaitForReplies() {
  std::vector<pollfd> waiting;
  for (const Share& share : shares_) {
    if (!share.done && share.job->busy())
      waiting.push_back({share.job->loom().channel(), POLLIN, 0});
  }
  if (!result_.interrupted) waiting.push_back({InterruptDescriptor(), POLLIN, 0});
  poll(waiting.data(), waiting.size(), 200);
  observer_.Progress(result_.executions, orders_.count().Statistics().distinct,
                     result_.findings.size() + (first_finding_.has_value() ? 1 : 0),
                     std::chrono::duration<double>(Elapsed()).count());
}

void Exploration::HandleReply(Share& share, const Reply& reply) {
  result_.executions += reply.executions;
  result_.decisions += reply.decisions;
  result_.choices += ChoicesOf(reply, share.job->loom().region());
  CountOrders(share);
  if (options_.loom.strategy.kind == trace::StrategyKind::kDfs) NoteSearch(share, reply.execution);
  if (options_.loom.strategy.kind == trace::StrategyKind::kDpor)
    NoteReduction(share, reply.execution);
  if (reply.kind == ReplyKind::kRefused) {
    Fail(share, RefusalError(reply));
    return;
  }
  const trace::Execution& end = share.job->loom().region().execution;
  if ((reply.flags & trace::kExploredItself) != 0) result_.explored_itself = true;
  if (reply.kind == ReplyKind::kFinding) {
    share.next = reply.execution + shares_.size();
    NoteLimit(end);
    if (options_.show_output)
      observer_.ExecutionOutput(reply.execution, share.job->loom().Output(SIZE_MAX));
    HandleFinding(share, reply.execution);
  } else if (reply.executions > 0) {
    share.next += reply.executions * shares_.size();
    const uint64_t last = share.next - shares_.size();
    NoteLimit(end);
    if (options_.show_output) observer_.ExecutionOutput(last, share.job->loom().Output(SIZE_MAX));
    const bool controlled = end.limit_hit == 0 && !result_.explored_itself;
    if (SampledBatch(share.batches) && controlled) CheckDeterminism(share, last);
  }
  ++share.batches;
}

// The orders of a batch, and whether they were enough.
void Exploration::CountOrders(const Share& share) {
  orders_.AddBatch(share.job->loom().region().order_log);
  if (options_.until_saturated > 0 && !result_.saturated &&
      orders_.count().IsSaturated(options_.until_saturated)) {
    result_.saturated = true;
    StopAll();
  }
}

void Exploration::HandleFinding(Share& share, uint64_t execution) {
  Recording recording = share.job->Record(execution);
  if (recording.findings.empty()) {
    Fail(share, Error{kExitBug, "the loom reported a finding and recorded none", ""});
    return;
  }
  if (OnlyIgnored(recording)) {
    for (const trace::Finding& finding : recording.findings) known_.push_back(finding.key);
    return;
  }
  if (!WithdrawRaces(share, &recording)) return;
  if (options_.judge && AllSuppressed(*share.job, recording)) {
    DiagnoseAndKeep(*share.job, recording);
    for (const trace::Finding& finding : recording.findings) known_.push_back(finding.key);
    return;
  }
  // A lock order that did not close is worth less than the deadlock that it foretells: look for that a little longer.
  constexpr uint64_t kHuntOnFor = 1000;
  const bool foretells = std::all_of(
      recording.findings.begin(), recording.findings.end(),
      [](const trace::Finding& finding) { return finding.verdict == trace::Verdict::kLockOrder; });
  if (foretells) hunt_on_until_ = std::min(hunt_on_until_, execution + kHuntOnFor);
  if (options_.keep_going || foretells) {
    DiagnoseAndKeep(*share.job, recording);
    for (const trace::Finding& finding : recording.findings) known_.push_back(finding.key);
    return;
  }
  // This job's later numbers are higher: it has nothing more to do. The others go on up to this number.
  if (!first_finding_.has_value()) found_after_ = Elapsed();
  first_finding_ =
      std::min(first_finding_.value_or(std::numeric_limits<uint64_t>::max()), execution);
  share.finding = std::move(recording);
  share.done = true;
  StopAll();  // What is left of their batches may lie above this number; StartBatch knows.
}

// Takes away the races that are none when one sees what uninstrumented libraries do. False if nothing is left.
bool Exploration::WithdrawRaces(Share& share, Recording* recording) {
  const Result<std::vector<size_t>> gone = second_look_.Look(*share.job, options_.loom, recording);
  if (!gone.ok()) {
    Fail(share, gone.error());
    return false;
  }
  if (gone.value().empty()) return true;
  if (Diagnose(*share.job, options_.loom, *recording).ok()) {
    for (const size_t index : gone.value()) {
      const ExplorationObserver::Described described =
          observer_.Describe(share.job->loom(), static_cast<uint32_t>(index));
      WithdrawnRace& race = result_.withdrawn[described.signature];
      if (race.executions++ == 0) race.view = described.view;
    }
  }
  std::vector<trace::Finding>& findings = recording->findings;
  for (auto index = gone.value().rbegin(); index != gone.value().rend(); ++index) {
    if (second_look_.Enough(findings[*index].key)) known_.push_back(findings[*index].key);
    findings.erase(findings.begin() + static_cast<std::ptrdiff_t>(*index));
  }
  return !findings.empty() && !OnlyIgnored(*recording);
}

// Whether none of its findings counts. What cannot be diagnosed counts.
bool Exploration::AllSuppressed(Job& job, const Recording& recording) {
  const Result<Diagnosis> diagnosis = Diagnose(job, options_.loom, recording);
  if (!diagnosis.ok()) return false;
  for (uint32_t i = 0; i < recording.findings.size(); ++i) {
    if (!Ignored(recording.findings[i].verdict) && !observer_.Describe(job.loom(), i).suppressed)
      return false;
  }
  return true;
}

void Exploration::FinishFirstFinding() {
  if (!first_finding_.has_value()) return;
  for (Share& share : shares_) {
    if (share.finding.has_value() && share.finding->execution == *first_finding_) {
      DiagnoseAndKeep(*share.job, *share.finding);
    }
  }
  // The deadlock that a lock order foretold says it all.
  const auto is = [](trace::Verdict verdict) {
    return [verdict](const FoundFinding& found) {
      return found.verdict == verdict && !found.suppressed;
    };
  };
  std::vector<FoundFinding>& found = result_.findings;
  if (std::any_of(found.begin(), found.end(), is(trace::Verdict::kDeadlock))) {
    found.erase(std::remove_if(found.begin(), found.end(), is(trace::Verdict::kLockOrder)),
                found.end());
  }
}

void Exploration::CheckDeterminism(Share& share, uint64_t execution) {
  Recording recording = share.job->Record(execution);
  const Result<Comparison> again = RunAgain(*share.job, options_.loom, recording);
  if (!again.ok()) {
    Fail(share, again.error());
    return;
  }
  // The lowest number wins, whichever job is first.
  if (!again.value().same &&
      (!result_.nondeterminism.has_value() || execution < result_.nondeterminism->execution)) {
    result_.nondeterminism =
        Nondeterminism{execution, again.value().difference, std::move(recording)};
  }
}

// Where the systematic search stands after a batch; it may have come to its end.
void Exploration::NoteSearch(Share& share, uint64_t last_execution) {
  const trace::Search& search = share.job->loom().region().search;
  result_.search = SearchProgress{search.state, search.bound, search.cut != 0, search.executions,
                                  search.too_deep};
  result_.exhausted = result_.search->complete();
  if (search.state == trace::SearchState::kDeviated) {
    result_.nondeterminism =
        Nondeterminism{last_execution,
                       "it did not follow the path of the execution before it, at choice " +
                           std::to_string(search.depth + 1),
                       share.job->Record(last_execution)};
  }
}

// The same for the search without repetitions.
void Exploration::NoteReduction(Share& share, uint64_t last_execution) {
  const trace::DporSearch& search = share.job->loom().region().dpor;
  const auto words = [&search](const char* why_stopped) {
    char buffer[1000];
    Text text(buffer, sizeof buffer);
    trace::AddDporWords(search, why_stopped, &text);
    return std::string(buffer);
  };
  ReductionProgress progress;
  progress.over =
      search.status != trace::DporStatus::kRunning && search.status != trace::DporStatus::kUnused;
  progress.complete = search.status == trace::DporStatus::kComplete && search.left_out == 0;
  progress.words_if_ended = words("a finding ended the search (--keep-going goes on)");
  progress.words_if_stopped = words("the budget is used up");
  progress.words = words(nullptr);
  result_.exhausted = progress.complete;
  result_.reduction = std::move(progress);
  if (search.status == trace::DporStatus::kDeviated) {
    result_.nondeterminism =
        Nondeterminism{last_execution,
                       "it did not follow the path of the execution before it, at step " +
                           std::to_string(search.depth + 1),
                       share.job->Record(last_execution)};
  }
}

void Exploration::DiagnoseAndKeep(Job& job, const Recording& recording) {
  Result<Diagnosis> diagnosis = Diagnose(job, options_.loom, recording);
  if (!diagnosis.ok()) {
    // The finding itself stands: it is kept without stacks.
    if (!result_.failure.has_value()) result_.failure = diagnosis.error();
    diagnosis = Diagnosis{
        false, {"the second run that collects stacks failed: " + diagnosis.error().message}};
    trace::Region& region = job.loom().region();
    std::copy(recording.findings.begin(), recording.findings.end(), region.findings);
    region.execution = recording.end;
  }
  for (uint32_t i = 0; i < recording.findings.size(); ++i) {
    if (!Ignored(recording.findings[i].verdict)) Keep(job.loom(), i, recording, diagnosis.value());
  }
}

void Exploration::Keep(const LoomProcess& loom, uint32_t index, const Recording& recording,
                       const Diagnosis& diagnosis) {
  const ExplorationObserver::Described described = observer_.Describe(loom, index);
  const auto [place, inserted] =
      by_signature_.try_emplace(described.signature, result_.findings.size());
  if (inserted) result_.findings.emplace_back();
  FoundFinding& found = result_.findings[place->second];
  // The same finding twice in one execution is one appearance.
  if (inserted || found.recording.execution != recording.execution) ++found.count;
  if (!inserted && found.first_execution <= recording.execution) return;
  found.signature = described.signature;
  found.verdict = recording.findings[index].verdict;
  found.suppressed = described.suppressed;
  found.first_execution = recording.execution;
  found.recording = recording;
  found.confirmed = diagnosis.confirmed;
  found.notes = diagnosis.notes;
  found.view = described.view;
}

void Exploration::Fail(Share& share, const Error& error) {
  share.done = true;
  if (result_.failure.has_value()) return;
  result_.failure = error;
  StopAll();
}

void Exploration::HandleInterrupt() {
  if (!Interrupted()) return;
  if (!result_.interrupted) {
    result_.interrupted = true;
    interrupted_at_ = Clock::now();
    StopAll();
  } else if (Clock::now() - interrupted_at_ > kPatienceAfterInterrupt) {
    // The current execution takes too long to wait for it. The others' findings are still reported.
    for (Share& share : shares_) {
      if (!share.done) share.job->loom().Kill();
      share.done = true;
    }
  }
}

// An execution that goes on long after the time is used up: `--time` is a promise, so it is cut short, and said.
void Exploration::HandleOverrun() {
  if (options_.time_max.count() == 0 || TimeLeft().count() > 0) return;
  const nanoseconds over = Elapsed() - options_.time_max;
  if (over < std::max(kPatienceAfterTime, options_.time_max)) return;
  bool cut = false;
  for (Share& share : shares_) {
    if (share.done || !share.job->busy()) continue;
    share.job->loom().Kill();
    share.done = true;
    cut = true;
  }
  if (!cut) return;
  result_.notes.push_back(
      "the execution that ran when the time was used up did not end in as much time again and was "
      "cut short; what came before it in its batch is not counted (give it more with --time)");
}

void Exploration::StopAll() {
  for (Share& share : shares_) {
    if (!share.done && share.job->busy()) share.job->loom().RequestStop();
  }
}

void Exploration::NoteLimit(const trace::Execution& execution) {
  if (execution.limit_hit == 0) return;
  ++result_.limited_executions;
  if (result_.limit_message.empty()) {
    result_.limit_message = RegionText(execution.limit_message, sizeof(execution.limit_message));
  }
}

void Exploration::CollectUncontrolled() {
  for (const Share& share : shares_) {
    const trace::Region& region = share.job->loom().region();
    for (uint32_t i = 0; i < std::min(region.uncontrolled_count, kUncontrolledMax); ++i) {
      const trace::Uncontrolled& entry = region.uncontrolled[i];
      const std::string name = RegionText(entry.name, sizeof(entry.name));
      const auto same = std::find_if(result_.uncontrolled.begin(), result_.uncontrolled.end(),
                                     [&name](const trace::Uncontrolled& other) {
                                       return RegionText(other.name, sizeof(other.name)) == name;
                                     });
      if (same == result_.uncontrolled.end()) {
        result_.uncontrolled.push_back(entry);
      } else {
        same->count += entry.count;
      }
    }
  }
}

bool Exploration::Ignored(trace::Verdict verdict) const {
  return (options_.ignored_verdicts >> static_cast<uint32_t>(verdict) & 1) != 0;
}

bool Exploration::OnlyIgnored(const Recording& recording) const {
  return std::all_of(recording.findings.begin(), recording.findings.end(),
                     [this](const trace::Finding& finding) { return Ignored(finding.verdict); });
}

}  // namespace heddle::driver
