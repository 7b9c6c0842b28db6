// heddle demo: hunts the bugs of the example programs and of the five systems, replays what it found, and shows that the
// fixed twins hold.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/child_process.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/demo_list.h"
#include "cli/hunt.h"
#include "cli/json_file.h"
#include "cli/parse.h"
#include "driver/interrupt.h"
#include "driver/libraries.h"

namespace heddle::cli {
namespace {

using driver::Result;
using trace::Verdict;

// The whole demonstration stays below a minute; a program that needs longer than its share has failed.
constexpr std::chrono::seconds kTimePerProgram(10);
constexpr std::chrono::seconds kReplayTimeMax(30);

struct Row {
  Demonstration demonstration;
  std::string found = "none";  // name of a verdict, "none", or "error"
  bool as_expected = false;
  uint64_t executions = 0;
  double seconds = 0;
  size_t finding_count = 0;
  bool replayed = false;
  std::string card;
};

[[nodiscard]] RunOptions OptionsFor(const Demonstration& demonstration, const std::string& cards) {
  RunOptions options;
  options.program = {demonstration.program};
  options.program.insert(options.program.end(), demonstration.arguments.begin(),
                         demonstration.arguments.end());
  options.cards_directory = cards;
  options.output = OutputMode::kHide;
  options.wanted = driver::AllVerdicts() & ~driver::Only(Verdict::kNondeterminism);
  options.exploration.ignored_verdicts = ~options.wanted;
  options.exploration.schedules_max = demonstration.schedules;
  options.exploration.time_max = kTimePerProgram;
  return options;
}

// `heddle replay` of the card, as a user would: in a process of its own, by its exit status.
[[nodiscard]] bool Replays(const std::string& card) {
  ChildCommand command;
  command.file = "/proc/self/exe";
  command.argv = {"heddle", "replay", "--hide-output", card};
  command.stdout_path = command.stderr_path = "/dev/null";
  Result<ChildProcess> child = ChildProcess::Start(command);
  if (!child.ok()) return false;
  const auto end = driver::Clock::now() + kReplayTimeMax;
  while (driver::Clock::now() < end && !driver::Interrupted()) {
    if (const std::optional<int> status = child.value().Ended())
      return WIFEXITED(*status) && WEXITSTATUS(*status) == driver::kExitFinding;
    WaitForChildren({&child.value()}, std::chrono::milliseconds(100));
  }
  return false;
}

[[nodiscard]] Row Show(const Demonstration& demonstration, const std::string& cards) {
  Row row;
  row.demonstration = demonstration;
  fmt::print("{}\n  {}\n", demonstration.name, demonstration.title);
  std::fflush(stdout);
  const Result<Hunt> hunt =
      HuntFindings(OptionsFor(demonstration, cards), driver::StandardInput::Empty());
  if (!hunt.ok()) {
    row.found = "error";
    fmt::print("  could not be explored: {}\n\n", hunt.error().message);
    return row;
  }
  const report::RunView& run = hunt.value().run;
  row.executions = run.executions;
  row.seconds = run.seconds;
  row.finding_count = run.findings.size();
  for (const report::FindingView& finding : run.findings) {
    // One execution may show several things: the expected one is the one to tell.
    if (row.found != "none" && finding.verdict != demonstration.expected) continue;
    row.found = trace::VerdictName(finding.verdict);
    row.card = finding.card;
  }
  for (const report::FindingView& finding : run.findings) {
    fmt::print("  found in execution {}: {}\n", finding.first_execution, finding.summary);
    if (!finding.card.empty()) fmt::print("  replay it: heddle replay {}\n", finding.card);
  }
  if (!row.card.empty()) {
    row.replayed = Replays(row.card);
    fmt::print("  {}\n", row.replayed ? "replayed: the same finding again"
                                      : "THE REPLAY DID NOT SHOW IT AGAIN");
  }
  if (run.findings.empty()) {
    fmt::print("  nothing found in {} executions ({:.1f} s)\n", run.executions, run.seconds);
  }
  if (hunt.value().failure.has_value())
    fmt::print("  ended early: {}\n", hunt.value().failure->message);
  for (const std::string& note : run.notes) fmt::print("  note: {}\n", note);
  // A fixed twin holds only if it was really explored to the end of its budget.
  const bool clean = row.found == "none" && hunt.value().exit_status == driver::kExitClean;
  row.as_expected = demonstration.expected == Verdict::kNone
                        ? clean
                        : row.found == trace::VerdictName(demonstration.expected) && row.replayed;
  fmt::print("\n");
  return row;
}

void PrintTable(const std::vector<Row>& rows) {
  size_t width = 8;
  for (const Row& row : rows) width = std::max(width, row.demonstration.name.size());
  fmt::print("{:<{}}  {:<16}{:<16}{:>10}{:>9}\n", "program", width, "expected", "found",
             "executions", "seconds");
  for (const Row& row : rows) {
    fmt::print("{:<{}}  {:<16}{:<16}{:>10}{:>9.2f}{}\n", row.demonstration.name, width,
               trace::VerdictName(row.demonstration.expected), row.found, row.executions,
               row.seconds, row.as_expected ? "" : "  NOT AS EXPECTED");
  }
}

[[nodiscard]] nlohmann::json RowsAsJson(const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    list.push_back({{"name", row.demonstration.name},
                    {"program", row.demonstration.program},
                    {"expected", trace::VerdictName(row.demonstration.expected)},
                    {"found", row.found != "none"},
                    {"verdict", row.found},
                    {"as_expected", row.as_expected},
                    {"executions", row.executions},
                    {"seconds", row.seconds},
                    {"replayed", row.replayed},
                    {"card", row.card}});
  }
  return list;
}

// One entry per system: what was found as reported, and that the fixed design holds.
[[nodiscard]] nlohmann::json SystemsAsJson(const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    const std::string& system = row.demonstration.system;
    if (system.empty()) continue;
    auto entry = std::find_if(list.begin(), list.end(),
                              [&](const nlohmann::json& each) { return each["system"] == system; });
    if (entry == list.end()) {
      list.push_back({{"system", system}});
      entry = list.end() - 1;
    }
    if (row.demonstration.expected == Verdict::kNone) {
      (*entry)["fixed"] = {{"executions", row.executions},
                           {"seconds", row.seconds},
                           {"findings", row.finding_count},
                           {"as_expected", row.as_expected}};
    } else {
      (*entry)["as_reported"] = {{"verdict", row.found},           {"executions", row.executions},
                                 {"seconds", row.seconds},         {"replayed", row.replayed},
                                 {"as_expected", row.as_expected}, {"card", row.card}};
    }
  }
  return list;
}

}  // namespace

int DemoCommand(const Arguments& arguments) {
  std::string json_path;
  std::string cards = ".heddle";
  bool kernels = false;
  CLI::App app("Finds planted bugs in the example programs: heddle demo [options]", "demo");
  Configure(app);
  app.add_option("--json", json_path, "Write what was found, per program and per system, as JSON")
      ->type_name("FILE");
  app.add_flag("--kernels", kernels, "Show the five systems' bugs in programs of one page instead");
  app.add_option("--cards", cards, "Where to write the cards of findings (default .heddle)")
      ->type_name("DIR");
  app.footer("Exit status: 0 all was found as expected, 1 something was not.");
  if (const std::optional<int> ended = Parse(app, arguments)) return *ended;
  driver::InstallInterruptHandlers();

  const Result<std::string> libexec = driver::FindLibexec();
  if (!libexec.ok()) return PrintError(libexec.error());
  const Result<std::vector<Demonstration>> list = LoadDemonstrations(libexec.value() + "/demo");
  if (!list.ok()) return PrintError(list.error());
  std::vector<Row> rows;
  size_t shown = 0;
  for (const Demonstration& demonstration : list.value()) {
    if ((demonstration.group == "kernel") != kernels) continue;
    ++shown;
    if (driver::Interrupted()) continue;
    rows.push_back(Show(demonstration, cards));
  }
  PrintTable(rows);
  if (!json_path.empty()) {
    if (driver::Status written = WriteJson(
            {{"version", 1}, {"programs", RowsAsJson(rows)}, {"systems", SystemsAsJson(rows)}},
            json_path);
        !written.ok()) {
      return PrintError(written.error());
    }
  }
  bool all = rows.size() == shown && !rows.empty();
  for (const Row& row : rows) all = all && row.as_expected;
  fmt::print("\n{}\n", all ? "All as expected." : "Not all was as expected.");
  return all ? driver::kExitClean : driver::kExitFinding;
}

}  // namespace heddle::cli
