#include "cli/hunt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/console.h"
#include "cli/coverage.h"
#include "cli/finding_collector.h"
#include "cli/search_words.h"
#include "cli/shrinking.h"
#include "driver/result_directory.h"
#include "driver/version.h"
#include "report/build.h"
#include "report/caveats.h"
#include "report/discipline_json.h"

namespace heddle::cli {
namespace {

using driver::Card;
using driver::Error;
using driver::ExplorationResult;
using driver::FoundFinding;
using driver::Result;
using report::FindingView;
using report::RunView;
using trace::Verdict;

// Lines of the program's output that a finding shows.
constexpr size_t kOutputTailBytes = 4096;

[[nodiscard]] std::string CurrentDirectory() {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::current_path(error);
  return error ? "" : directory.string();
}

// What cards record of the environment: never more than was asked for, because it may hold secrets.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> KeptEnvironment(
    const RunOptions& options) {
  std::vector<std::string> names = options.kept_variables;
  names.insert(names.begin(), "LD_LIBRARY_PATH");
  std::vector<std::pair<std::string, std::string>> kept;
  for (const std::string& name : names) {
    const char* value = std::getenv(name.c_str());
    const bool known = std::any_of(kept.begin(), kept.end(),
                                   [&name](const auto& entry) { return entry.first == name; });
    if (value != nullptr && !known) kept.emplace_back(name, value);
  }
  return kept;
}

[[nodiscard]] Card MakeCard(const RunOptions& options, const Prepared& prepared,
                            const driver::StandardInput& input, const driver::Recording& recording,
                            const FindingView& view) {
  Card card;
  card.heddle = driver::Version();
  card.program_path = prepared.invocation.program_path;
  card.argv = prepared.invocation.argv;
  card.directory = CurrentDirectory();
  card.environment = KeptEnvironment(options);
  card.build_id = prepared.facts.build_id;
  card.standard_input = input.digest();
  card.strategy = options.exploration.loom.strategy;
  card.seed = options.exploration.loom.seed;
  card.detect = options.exploration.loom.detect;
  card.execution = recording.execution;
  card.id = view.id;
  card.verdict = view.verdict;
  card.summary = view.summary;
  card.event_count = recording.end.event_count;
  card.event_hash = recording.end.event_hash;
  card.thread_count = std::min(recording.end.thread_count, kThreadsMax);
  card.decisions = recording.decisions;
  return card;
}

void StoreFindingCard(const RunOptions& options, const Card& card, FindingView& view,
                      RunView& run) {
  const std::string path = options.cards_directory + "/" + view.id + ".card";
  const driver::Status stored = driver::StoreCard(card, path);
  if (stored.ok()) {
    view.card = path;
    if (const size_t removed = driver::PruneCards(options.cards_directory, driver::kCardsKept);
        removed > 0) {
      run.notes.push_back(fmt::format("the {} oldest card{} of {} were removed: it keeps {}",
                                      removed, removed == 1 ? "" : "s", options.cards_directory,
                                      driver::kCardsKept));
    }
  } else {
    run.notes.push_back(stored.error().message + " (" + stored.error().remedy + ")");
  }
}

[[nodiscard]] FindingView NondeterminismView(const driver::Nondeterminism& found) {
  FindingView view;
  view.verdict = Verdict::kNondeterminism;
  view.signature = "nondeterminism";
  view.id = report::FindingId(view);
  view.summary = fmt::format("execution {} ran differently the second time: {}", found.execution,
                             found.difference);
  view.first_execution = found.execution;
  return view;
}

void AddNotes(const ExplorationResult& result, RunView& run) {
  if (result.failure.has_value())
    run.notes.push_back("the run ended early: " + result.failure->message);
  if (result.interrupted) run.notes.emplace_back("interrupted: the budget was not used up");
  if (result.explored_itself) {
    run.notes.emplace_back(
        "the program explores by itself (heddle::Explore): it was run once, and what it says is "
        "the "
        "result");
  } else if (result.choices == 0 && result.executions > 0 && run.findings.empty()) {
    run.notes.emplace_back(
        "the program made no decision: is it single-threaded? One execution is all there is to "
        "explore");
  }
  if ((result.hello_flags & trace::kThreadsBeforeMain) != 0) {
    run.notes.emplace_back(
        "threads were started before main: the order of what they did until then is not explored");
  }
  if (result.limited_executions > 0) {
    run.notes.push_back(fmt::format("{} execution{} cut short: {}", result.limited_executions,
                                    result.limited_executions == 1 ? " was" : "s were",
                                    result.limit_message));
  }
  if (result.nondeterminism.has_value()) {
    run.notes.push_back(
        fmt::format("nondeterminism: execution {} ran differently the second time: {}",
                    result.nondeterminism->execution, result.nondeterminism->difference));
  }
  run.notes.insert(run.notes.end(), result.notes.begin(), result.notes.end());
}

// Races that are none when one sees what uninstrumented libraries do: they are said, and do not count.
void NoteWithdrawn(const ExplorationResult& result, FindingCollector& collector, RunView& run) {
  constexpr size_t kShownMax = 3;
  size_t shown = 0;
  for (const auto& [signature, race] : result.withdrawn) {
    if (shown++ == kShownMax) break;
    const FindingView& view = collector.view(race.view);
    const std::string libraries =
        view.unseen_libraries.empty()
            ? ""
            : fmt::format(" ({})", fmt::join(view.unseen_libraries, ", "));
    run.notes.push_back(
        fmt::format("withdrawn: {}: libraries without instrumentation{} put the accesses in order",
                    view.summary, libraries));
  }
  if (result.withdrawn.size() > kShownMax)
    run.notes.push_back(fmt::format("withdrawn: {} more races, for the same reason",
                                    result.withdrawn.size() - kShownMax));
}

[[nodiscard]] int ExitStatusOf(const ExplorationResult& result, const RunView& run) {
  if (!run.findings.empty()) return driver::kExitFinding;
  if (result.failure.has_value()) return result.failure->exit_status;
  // A run that explored nothing, or not all of what it ran, must not look clean.
  if (result.limited_executions > 0 || result.executions == 0) return driver::kExitUnsupported;
  return driver::kExitClean;
}

[[nodiscard]] RunView MakeRunView(const RunOptions& options, const Prepared& prepared,
                                  const ExplorationResult& result) {
  RunView run;
  run.program = prepared.invocation.argv;
  run.strategy = driver::StrategyText(options.exploration.loom.strategy);
  run.seed = options.exploration.loom.seed;
  run.executions = result.executions;
  run.seconds = result.seconds;
  run.executions_per_second =
      result.seconds > 0 ? static_cast<double>(result.executions) / result.seconds : 0;
  run.decisions = result.decisions;
  run.exhausted = result.exhausted;
  run.coverage = CoverageOf(options.exploration, result);
  if (result.search.has_value() || result.reduction.has_value()) run.search = SearchWords(result);
  run.instrumented =
      prepared.facts.instrumented || (result.hello_flags & trace::kInstrumented) != 0;
  for (const trace::Uncontrolled& entry : result.uncontrolled) {
    run.uncontrolled.push_back({driver::RegionText(entry.name, sizeof(entry.name)),
                                driver::RegionText(entry.treatment, sizeof(entry.treatment)),
                                entry.count});
  }
  return run;
}

}  // namespace

Result<Prepared> Prepare(const std::vector<std::string>& argv) {
  const Result<std::string> path = driver::FindProgram(argv.front(), std::getenv("PATH"));
  if (!path.ok()) return path.error();
  const Result<driver::ProgramFacts> facts = driver::ProbeProgram(path.value());
  if (!facts.ok()) return facts.error();
  const Result<driver::LoomLibrary> library = driver::FindLoomLibrary();
  if (!library.ok()) return library.error();
  Prepared prepared;
  prepared.facts = facts.value();
  prepared.invocation.program_path = path.value();
  prepared.invocation.argv = argv;
  prepared.invocation.environment = driver::CurrentEnvironment();
  prepared.invocation.library = library.value();
  return prepared;
}

Result<Hunt> HuntFindings(const RunOptions& options, const driver::StandardInput& input) {
  const Result<Prepared> prepared = Prepare(options.program);
  if (!prepared.ok()) return prepared.error();

  FindingCollector collector("heddle", options.detail(), &options.filter);
  driver::Exploration exploration(options.exploration, prepared.value().invocation, input,
                                  collector);
  Result<ExplorationResult> explored = exploration.Run();
  collector.ClearProgress();
  if (!explored.ok()) return explored.error();
  const ExplorationResult& result = explored.value();

  Hunt hunt;
  hunt.run = MakeRunView(options, prepared.value(), result);
  Shrinking shrinking(options, prepared.value(), input);
  for (size_t i = 0; i < result.findings.size(); ++i) {
    const FoundFinding& found = result.findings[i];
    FindingView view = collector.view(found.view);
    view.first_execution = found.first_execution;
    view.count = found.count;
    if (found.suppressed) {
      CountSuppressed(view, view.suppressed_by, hunt.run);
      continue;
    }
    const std::optional<ShortFinding> shorter =
        shrinking.Shrink(found, view, result.findings.size() - i);
    const driver::Recording& recording = shorter.has_value() ? shorter->recording : found.recording;
    if (shorter.has_value()) {
      view = shorter->view;
      view.first_execution = found.first_execution;
      view.count = found.count;
    }
    view.libraries_seen = recording.libraries_seen;
    if (options.output == OutputMode::kFinding) {
      const std::string& output = recording.output;
      view.output_tail = output.substr(output.size() - std::min(output.size(), kOutputTailBytes));
    }
    for (const std::string& note : found.notes) hunt.run.notes.push_back(view.id + ": " + note);
    for (const std::string& caveat : report::Caveats(view))
      hunt.run.notes.push_back(view.id + ": " + caveat);
    Card card = MakeCard(options, prepared.value(), input, recording, view);
    if (shorter.has_value() && shorter->shorter) card.found_decisions = found.recording.decisions;
    card.explanation = report::ExplanationText(view);
    StoreFindingCard(options, card, view, hunt.run);
    hunt.run.findings.push_back(std::move(view));
  }
  NoteWithdrawn(result, collector, hunt.run);
  if (result.nondeterminism.has_value() &&
      (options.wanted & driver::Only(Verdict::kNondeterminism)) != 0) {
    FindingView view = NondeterminismView(*result.nondeterminism);
    StoreFindingCard(
        options, MakeCard(options, prepared.value(), input, result.nondeterminism->recording, view),
        view, hunt.run);
    hunt.run.findings.push_back(std::move(view));
  }
  if (options.one_job_only) {
    hunt.run.notes.emplace_back(
        "--jobs is ignored: a systematic search goes on from its last execution, so it is one job");
  }
  AddNotes(result, hunt.run);
  hunt.exit_status = ExitStatusOf(result, hunt.run);
  hunt.failure = result.failure;
  return hunt;
}

}  // namespace heddle::cli
