// heddle replay: runs the execution of a card again, checks that it is the same one, and reports it.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "cli/card_run.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/explore_replay.h"
#include "cli/finding_collector.h"
#include "cli/gdb.h"
#include "cli/hunt.h"
#include "cli/json_file.h"
#include "cli/parse.h"
#include "cli/renderings.h"
#include "driver/card.h"
#include "driver/diagnosis.h"
#include "driver/interrupt.h"
#include "driver/loom_options.h"
#include "driver/quantity.h"
#include "report/discipline_json.h"
#include "report/json.h"
#include "report/text.h"

namespace heddle::cli {
namespace {

using driver::Card;
using driver::Error;
using driver::Result;
using report::RunView;

struct ReplayOptions {
  std::string card;
  std::string program;  // another file to run instead of the card's
  std::string json_path;
  Renderings renderings;
  bool timeline = false;  // with all events in the JSON, although no rendering needs them
  std::string start_timeout = "60s";
  bool gdb = false;
  bool hide_output = false;
};

[[nodiscard]] report::Detail DetailOf(const ReplayOptions& options) {
  return options.timeline ? report::Detail::kTimeline : options.renderings.detail();
}

// The replayed execution against what the card says.
struct Outcome {
  RunView run;
  int exit_status = driver::kExitClean;
};

// Notes for a card whose finding did not appear.
void NoteAbsence(const Card& card, const driver::Comparison& comparison, Outcome& outcome) {
  if (comparison.same) {
    outcome.run.notes.push_back(
        fmt::format("the {} of the card did not appear, although the events were the same",
                    trace::VerdictName(card.verdict)));
    return;
  }
  outcome.run.notes.push_back(fmt::format(
      "the {} of the card did not appear; the execution differs from the recorded one: {}",
      trace::VerdictName(card.verdict), comparison.difference));
}

// Whether the card's finding is among those of the recording.
[[nodiscard]] bool HasVerdict(const driver::Recording& recording, trace::Verdict verdict) {
  for (const trace::Finding& finding : recording.findings) {
    if (finding.verdict == verdict) return true;
  }
  return false;
}

void AddFindings(const Card& card, const ReplayOptions& options, const driver::Job& job,
                 const driver::Recording& recording, Outcome& outcome) {
  FindingCollector collector("heddle", DetailOf(options));
  for (uint32_t i = 0; i < recording.findings.size(); ++i) {
    report::FindingView view = collector.view(collector.Describe(job.loom(), i).view);
    view.first_execution = card.execution;
    view.card = options.card;
    // What further executions showed is of this finding in this program; another one says nothing about it.
    if (view.id == card.id) report::ReadExplanation(card.explanation, &view);
    if (!options.hide_output) view.output_tail = recording.output;
    outcome.run.findings.push_back(std::move(view));
  }
}

// Runs the card twice: lean, to compare it with the card and to learn what to watch; then with stacks.
[[nodiscard]] Result<Outcome> Replay(const Card& card, const ReplayOptions& options,
                                     const Prepared& prepared, const driver::StandardInput& input,
                                     std::chrono::nanoseconds patience) {
  Result<std::unique_ptr<driver::LoomProcess>> loom =
      driver::LoomProcess::Start(prepared.invocation, input);
  if (!loom.ok()) return loom.error();
  driver::Job job(std::move(loom.value()));
  const Result<trace::Reply> hello = job.loom().WaitForHello(patience);
  if (!hello.ok()) return hello.error();

  const driver::LoomSettings settings = SettingsOf(card);
  driver::Recording recorded;
  recorded.execution = card.execution;
  recorded.decisions = card.decisions;
  const driver::Clock::time_point begin = driver::Clock::now();
  const Result<trace::Reply> reply = job.Transact(job.Replay(settings, recorded, false));
  if (!reply.ok()) return reply.error();
  const driver::Recording again = job.Record(card.execution);

  trace::Execution expected{};
  expected.event_count = card.event_count;
  expected.event_hash = card.event_hash;
  expected.decision_count = card.decisions.size();
  const driver::Comparison comparison = driver::CompareExecutions(expected, again.end);

  Outcome outcome;
  outcome.run.program = prepared.invocation.argv;
  outcome.run.strategy = "replay";
  outcome.run.seed = card.seed;
  outcome.run.executions = 1;
  outcome.run.decisions = again.end.decision_count;
  outcome.run.instrumented =
      prepared.facts.instrumented || (hello.value().flags & trace::kInstrumented) != 0;
  const bool reproduced = HasVerdict(again, card.verdict);
  if (!again.findings.empty()) {
    const Result<driver::Diagnosis> diagnosis = driver::Diagnose(job, settings, again);
    if (!diagnosis.ok()) return diagnosis.error();
    outcome.run.notes = diagnosis.value().notes;
    AddFindings(card, options, job, again, outcome);
    outcome.exit_status = driver::kExitFinding;
  }
  outcome.run.seconds = std::chrono::duration<double>(driver::Clock::now() - begin).count();
  outcome.run.executions_per_second = outcome.run.seconds > 0 ? 1 / outcome.run.seconds : 0;

  if (!reproduced && card.verdict != trace::Verdict::kNondeterminism) {
    NoteAbsence(card, comparison, outcome);
    // Another program has other decisions: that the old ones do not fit says nothing about its correctness. Only a
    // schedule that fits and no longer fails passes.
    if (outcome.exit_status == driver::kExitClean && again.end.diverged != 0) {
      outcome.exit_status = driver::kExitUnsupported;
    }
  } else if (!comparison.same) {
    outcome.run.notes.push_back("the execution differs from the recorded one: " +
                                comparison.difference);
    if (card.verdict == trace::Verdict::kNondeterminism) outcome.exit_status = driver::kExitFinding;
  }
  if (again.end.limit_hit != 0 && outcome.exit_status == driver::kExitClean) {
    outcome.run.notes.push_back(
        "the execution was cut short: " +
        driver::RegionText(again.end.limit_message, sizeof(again.end.limit_message)));
    outcome.exit_status = driver::kExitUnsupported;
  }
  return outcome;
}

[[nodiscard]] std::optional<int> ParseReplay(const Arguments& arguments, ReplayOptions& options) {
  CLI::App app("Runs the execution of a card again: heddle replay CARD [options]", "replay");
  Configure(app);
  app.add_option("card", options.card, "The card, as `heddle run` named it")->required();
  app.add_flag("--gdb", options.gdb, "Run it in gdb, on ordinary threads, stopping at the finding");
  app.add_option("--json", options.json_path, "Write the report as JSON; - is standard output")
      ->type_name("FILE");
  AddRenderingOptions(app, options.renderings);
  app.add_flag("--timeline", options.timeline, "Put all events into the JSON")->group("");
  app.add_option("--program", options.program,
                 "Run this program instead of the one that the card names")
      ->type_name("PATH");
  app.add_flag("--hide-output", options.hide_output, "Do not show what the program printed");
  app.add_option("--start-timeout", options.start_timeout,
                 "Real time that the program has to reach main (default 60s)")
      ->type_name("DURATION");
  app.footer(
      "Exit status: 1 the finding was reproduced (or another one appeared), 0 the schedule fits "
      "and the program now\n"
      "passes, 2 bad usage or card, 3 a bug in Heddle, 4 the schedule no longer fits the program, "
      "or a limit.");
  return Parse(app, arguments);
}

}  // namespace

int ReplayCommand(const Arguments& arguments) {
  ReplayOptions options;
  if (const std::optional<int> ended = ParseReplay(arguments, options)) return *ended;
  if (const driver::Status writable =
          CheckOutputs(options.renderings, {{"--json", options.json_path}});
      !writable.ok())
    return PrintError(writable.error());
  const Result<uint64_t> patience = driver::ParseDuration(options.start_timeout);
  if (!patience.ok()) return PrintError(patience.error());
  const Result<Card> card = driver::LoadCard(options.card);
  if (!card.ok()) return PrintError(card.error());
  const Result<Prepared> prepared = PrepareFromCard(card.value(), options.program);
  if (!prepared.ok()) return PrintError(prepared.error());
  if (!card.value().explore_name.empty()) {
    if (options.gdb) return ReplayExplorationInGdb(card.value(), options.card, prepared.value());
    return ReplayExploration(card.value(), options.card, prepared.value(),
                             {.json_path = options.json_path,
                              .renderings = options.renderings,
                              .detail = DetailOf(options),
                              .hide_output = options.hide_output});
  }
  if (options.gdb) return ReplayInGdb(card.value(), prepared.value());

  driver::InstallInterruptHandlers();
  const Result<driver::StandardInput> input = driver::StandardInput::Take();
  if (!input.ok()) return PrintError(input.error());
  if (input.value().digest() != card.value().standard_input) {
    PrintNote("standard input is not what it was when the card was recorded (then: " +
              Printable(card.value().standard_input) + ", now: " + input.value().digest() + ")");
  }
  const Result<Outcome> outcome = Replay(card.value(), options, prepared.value(), input.value(),
                                         std::chrono::nanoseconds(patience.value()));
  if (!outcome.ok()) return PrintError(outcome.error());
  fmt::print(options.json_path == "-" ? stderr : stdout, "{}",
             report::RunText(outcome.value().run, TerminalTextOptions()));
  if (!options.json_path.empty()) {
    const driver::Status written =
        WriteJson(report::RunJson(outcome.value().run), options.json_path);
    if (!written.ok()) return PrintError(written.error());
  }
  const RunView& run = outcome.value().run;
  const driver::Status rendered =
      WriteRenderings(report::ReportOf(run, run.findings.empty() ? report::CaseStatus::kHeld
                                                                 : report::CaseStatus::kFinding),
                      options.renderings);
  if (!rendered.ok()) return PrintError(rendered.error());
  return outcome.value().exit_status;
}

}  // namespace heddle::cli
