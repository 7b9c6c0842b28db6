// heddle __describe --cards DIR | --replay CARD: makes cards and stories of what a body explored in another process did.
//
// The region holds two executions of one schedule: a lean one, and a second one with stacks. Answers with a row of words:
// "F" id verdict summary card story for each finding, "S" note for one that HEDDLE_OPTIONS keeps from counting (suppressions,
// baseline), "N" note for whatever else a person should know. Replaying for
// `heddle replay` (HEDDLE_REPLAY_RESULT names a directory) it leaves the report there (cli/explore_replay.h).
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/explore_replay.h"
#include "cli/finding_filter.h"
#include "cli/json_file.h"
#include "cli/loom_call.h"
#include "driver/card.h"
#include "driver/diagnosis.h"
#include "driver/elf_probe.h"
#include "driver/job.h"
#include "driver/version.h"
#include "report/build.h"
#include "report/caveats.h"
#include "report/json.h"
#include "report/symbols.h"
#include "report/text.h"

namespace heddle::cli {
namespace {

using driver::Card;
using report::FindingView;
using report::RunView;

[[nodiscard]] std::string ProcessFile(int32_t pid, const char* name) {
  return fmt::format("/proc/{}/{}", pid, name);
}

[[nodiscard]] std::string LinkTarget(const std::string& link) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(link, error);
  return error ? "" : target.string();
}

// A file of zero-terminated words: command line, environment.
[[nodiscard]] std::vector<std::string> Words(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\0', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// The execution that came first, as if a driver had copied it out.
[[nodiscard]] driver::Recording LeanRecording(const trace::Region& region) {
  const trace::InProcess& told = region.in_process;
  driver::Recording recording;
  recording.execution = told.execution;
  recording.end = told.end;
  const uint32_t findings = std::min(told.end.finding_count, kFindingsMax);
  recording.findings.assign(told.findings, told.findings + findings);
  const uint64_t decisions = std::min<uint64_t>(told.end.decision_count, kDecisionsMax);
  recording.decisions.assign(region.decisions, region.decisions + decisions);
  return recording;
}

[[nodiscard]] Card MakeCard(const trace::InProcess& told, const driver::Recording& recording,
                            const FindingView& view) {
  Card card;
  card.heddle = driver::Version();
  card.program_path = LinkTarget(ProcessFile(told.pid, "exe"));
  card.argv = Words(ProcessFile(told.pid, "cmdline"));
  card.directory = LinkTarget(ProcessFile(told.pid, "cwd"));
  for (const std::string& entry : Words(ProcessFile(told.pid, "environ"))) {
    constexpr std::string_view kKept = "LD_LIBRARY_PATH=";
    if (entry.starts_with(kKept))
      card.environment.emplace_back("LD_LIBRARY_PATH", entry.substr(kKept.size()));
  }
  const driver::Result<driver::ProgramFacts> facts = driver::ProbeProgram(card.program_path);
  if (facts.ok()) card.build_id = facts.value().build_id;
  card.standard_input = "empty";
  card.explore_name = driver::RegionText(told.name, sizeof(told.name));
  card.explore_occurrence = told.occurrence;
  card.explore_argument = driver::RegionText(told.replay_argument, sizeof(told.replay_argument));
  card.strategy = told.strategy;
  card.seed = told.seed;
  card.detect = told.detect;
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

struct Wanted {
  std::string cards;   // directory for new cards, or
  std::string replay;  // the card that was followed
};

// What the region says, ready to be told.
struct Described {
  std::vector<FindingView> findings;
  std::vector<std::string> suppressed;  // a note for each that does not count
  std::vector<std::string> notes;
};

// A filter that cannot be read keeps nothing from counting.
[[nodiscard]] FindingFilter Filter(Described& described) {
  driver::Result<FindingFilter> filter = FilterOfEnvironment(std::getenv("HEDDLE_OPTIONS"));
  if (filter.ok()) return std::move(filter.value());
  described.notes.push_back(filter.error().message + " (" + filter.error().remedy + ")");
  return {};
}

[[nodiscard]] Described Describe(trace::Region& region, const Wanted& wanted) {
  const trace::InProcess& told = region.in_process;
  const driver::Recording recording = LeanRecording(region);
  Described described;
  const bool hung = recording.end.finding_count > 0 &&
                    region.execution.event_hash == recording.end.event_hash &&
                    region.execution.finding_count == recording.end.finding_count;
  // A hang is not run a second time; its findings are those of the first.
  const driver::Diagnosis diagnosis =
      recording.findings.empty() ? driver::Diagnosis{} : driver::MergeDiagnosis(recording, region);
  if (!hung || !diagnosis.confirmed) described.notes = diagnosis.notes;
  const FindingFilter filter = wanted.replay.empty() ? Filter(described) : FindingFilter{};
  report::Symbolizer symbolizer(told.pid);
  const report::Detail detail = std::getenv("HEDDLE_REPLAY_TIMELINE") != nullptr
                                    ? report::Detail::kTimeline
                                    : report::Detail::kEvents;
  for (uint32_t i = 0; i < recording.findings.size(); ++i) {
    FindingView view = report::BuildFinding(region, i, symbolizer, detail);
    const bool known =
        std::any_of(described.findings.begin(), described.findings.end(),
                    [&view](const FindingView& other) { return other.id == view.id; });
    if (known) continue;  // the same places under another address
    view.first_execution = told.execution;
    view.count = 1;
    view.libraries_seen = told.end.library_sight == trace::LibrarySight::kSaw;
    if (const std::string rule = filter.RuleFor(view); !rule.empty()) {
      described.suppressed.push_back(
          fmt::format("does not count ({}): {}, {}", rule, view.id, view.summary));
      continue;
    }
    for (const std::string& caveat : report::Caveats(view))
      described.notes.push_back(view.id + ": " + caveat);
    if (!wanted.replay.empty()) {
      view.card = wanted.replay;
    } else {
      const std::string path = wanted.cards + "/" + view.id + ".card";
      const driver::Status stored = driver::StoreCard(MakeCard(told, recording, view), path);
      if (stored.ok()) {
        view.card = path;
      } else {
        described.notes.push_back(stored.error().message + " (" + stored.error().remedy + ")");
      }
    }
    described.findings.push_back(std::move(view));
  }
  return described;
}

// How a replay differs from what its card says; notes and exit status of `heddle replay`.
[[nodiscard]] int JudgeReplay(const trace::Region& region, const Card& card, Described& described) {
  const trace::InProcess& told = region.in_process;
  trace::Execution expected{};
  expected.event_count = card.event_count;
  expected.event_hash = card.event_hash;
  expected.decision_count = card.decisions.size();
  const driver::Comparison comparison = driver::CompareExecutions(expected, told.end);
  bool reproduced = false;
  for (const FindingView& finding : described.findings)
    reproduced |= finding.verdict == card.verdict;
  if (!reproduced) {
    described.notes.push_back(
        fmt::format("the {} of the card did not appear{}{}", trace::VerdictName(card.verdict),
                    comparison.same ? ", although the events were the same"
                                    : "; the execution differs from the recorded one: ",
                    comparison.same ? "" : comparison.difference));
  } else if (!comparison.same) {
    described.notes.push_back("the execution differs from the recorded one: " +
                              comparison.difference);
  }
  if (!described.findings.empty()) return driver::kExitFinding;
  return told.end.diverged != 0 ? driver::kExitUnsupported : driver::kExitClean;
}

// For `heddle replay`: leaves the report in files of the directory that it named.
[[nodiscard]] bool WriteReplay(const trace::Region& region, const Card& card, Described& described,
                               const std::string& directory, int status) {
  const trace::InProcess& told = region.in_process;
  RunView run;
  run.program = Words(ProcessFile(told.pid, "cmdline"));
  run.strategy = "replay";
  run.seed = card.seed;
  run.executions = 1;
  run.decisions = told.end.decision_count;
  run.instrumented = told.instrumented != 0;
  run.findings = std::move(described.findings);
  run.notes = std::move(described.notes);
  std::ofstream(directory + "/" + kReplayReport) << report::RunText(run, TerminalTextOptions());
  if (!WriteJson(report::RunJson(run), directory + "/" + kReplayJson).ok()) return false;
  // Last: who reads it knows that the others are complete.
  std::ofstream file(directory + "/" + kReplayStatus);
  file << status << "\n";
  return file.good();
}

}  // namespace

int DescribeCommand(const Arguments& arguments) {
  const driver::Result<trace::Region*> mapped = MapLoomRegion();
  if (!mapped.ok()) return PrintError(mapped.error());
  if (arguments.size() != 2) return driver::kExitUsage;
  Wanted wanted;
  (arguments[0] == "--replay" ? wanted.replay : wanted.cards) = arguments[1];
  trace::Region& region = *mapped.value();

  Described described = Describe(region, wanted);
  int status = driver::kExitClean;
  if (!wanted.replay.empty()) {
    const driver::Result<Card> card = driver::LoadCard(wanted.replay);
    if (!card.ok()) return PrintError(card.error());
    status = JudgeReplay(region, card.value(), described);
    if (const char* directory = std::getenv("HEDDLE_REPLAY_RESULT"); directory != nullptr) {
      const bool written = WriteReplay(region, card.value(), described, directory, status);
      return written ? status : driver::kExitBug;
    }
  }
  const report::TextOptions plain{.directory =
                                      LinkTarget(ProcessFile(region.in_process.pid, "cwd"))};
  LoomAnswer answer;
  for (const FindingView& finding : described.findings) {
    answer.Add("F").Add(finding.id).Add(trace::VerdictName(finding.verdict)).Add(finding.summary);
    answer.Add(finding.card).Add(report::FindingText(finding, plain));
  }
  for (const std::string& note : described.suppressed) answer.Add("S").Add(note);
  for (const std::string& note : described.notes) answer.Add("N").Add(note);
  if (described.findings.empty() && described.suppressed.empty() && described.notes.empty())
    answer.Add("N").Add("the schedule of the card fits, and nothing was found");
  return answer.Send() ? status : driver::kExitBug;
}

}  // namespace heddle::cli
