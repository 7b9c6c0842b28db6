// heddle report: makes any form of report from cards, from a directory of them, or from a stored JSON report.
//
// A card holds a schedule and no events: what the report shows is learned by replaying it, by a `heddle replay` of its own,
// so that a program that takes everything down takes down one card's report only.
#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "cli/child_process.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/json_file.h"
#include "cli/output_file.h"
#include "cli/parse.h"
#include "cli/renderings.h"
#include "cli/temporary_directory.h"
#include "cli/test_outcome.h"
#include "driver/card.h"
#include "driver/elf_probe.h"
#include "driver/interrupt.h"
#include "driver/result_directory.h"
#include "report/json.h"
#include "report/json_read.h"
#include "report/report_text.h"

namespace heddle::cli {
namespace {

using driver::Card;
using driver::Error;
using driver::Result;
using report::CaseStatus;
using report::CaseView;
using report::ReportView;

constexpr std::chrono::milliseconds kWaitMax(1000);

struct ReportOptions {
  std::vector<std::string> inputs;
  std::string program;  // another file to run instead of the cards'
  std::string text_path;
  std::string json_path;
  Renderings renderings;

  [[nodiscard]] bool shows_text() const {
    return text_path.empty() && json_path.empty() && renderings.none();
  }
};

// Files of cards and reports that the inputs name.
[[nodiscard]] Result<std::vector<std::string>> FilesOf(const std::vector<std::string>& inputs) {
  std::vector<std::string> files;
  for (const std::string& input : inputs) {
    struct stat status {};
    if (stat(input.c_str(), &status) != 0) {
      const std::string printable = Printable(input);
      return Error{driver::kExitUsage, "there is no card or directory '" + printable + "'",
                   "`heddle run` leaves its cards in .heddle, or where --cards says"};
    }
    if (!S_ISDIR(status.st_mode)) {
      files.push_back(input);
      continue;
    }
    const Result<std::vector<std::string>> cards = driver::ListCards(input);
    if (!cards.ok()) return cards.error();
    if (cards.value().empty()) {
      return Error{driver::kExitUsage, "the directory '" + Printable(input) + "' holds no cards",
                   "nothing was found there, or it was cleaned; `heddle run` writes cards"};
    }
    files.insert(files.end(), cards.value().begin(), cards.value().end());
  }
  return files;
}

// The program of the card, if it is here and the one that was recorded.
[[nodiscard]] driver::Status CheckProgram(const Card& card, const std::string& path,
                                          const std::string& program) {
  std::filesystem::path file(program.empty() ? card.program_path : program);
  if (file.is_relative() && program.empty()) file = std::filesystem::path(card.directory) / file;
  const Result<driver::ProgramFacts> facts = driver::ProbeProgram(file.string());
  if (!facts.ok()) {
    return Error{driver::kExitUsage,
                 "the card " + Printable(path) + " cannot be replayed: " + facts.error().message,
                 "bring the program that was recorded, and name it with --program PATH"};
  }
  if (facts.value().build_id != card.build_id) {
    return Error{driver::kExitUsage,
                 "the card " + Printable(path) + " is of another build of '" +
                     Printable(file.string()) + "': it would report on a program that is no more",
                 "name the build that was recorded with --program PATH; whether the new one still "
                 "fails says `heddle replay`"};
  }
  return driver::Ok();
}

class CardReplayer {
 public:
  CardReplayer(const ReportOptions& options, std::string scratch)
      : options_(options), scratch_(std::move(scratch)) {}

  // The report of the replay as a case.
  [[nodiscard]] Result<CaseView> Replay(const Card& card, const std::string& path) {
    if (driver::Status usable = CheckProgram(card, path, options_.program); !usable.ok())
      return usable.error();
    const std::string files = fmt::format("{}/{}", scratch_, number_++);
    Result<ChildProcess> child = ChildProcess::Start(CommandFor(path, files));
    if (!child.ok()) return child.error();
    std::optional<int> status;
    while (!(status = child.value().Ended()).has_value()) {
      WaitForChildren({&child.value()}, kWaitMax);
      if (driver::Interrupted()) child.value().Signal(SIGINT);
    }
    const TestOutcome outcome = ReadOutcome(card.id, *status, FileContents(files + ".json"),
                                            FileContents(files + ".err"), driver::Interrupted());
    if (!outcome.run.is_object()) {
      return Error{driver::kExitUsage,
                   "the card " + Printable(path) + " cannot be replayed: " + outcome.reason, ""};
    }
    CaseView view;
    view.name = card.id;
    view.run = report::ReadRun(outcome.run);
    view.seconds = view.run.seconds;
    view.status = CaseStatus::kFinding;
    if (view.run.findings.empty()) {
      view.status =
          outcome.exit_status == driver::kExitClean ? CaseStatus::kHeld : CaseStatus::kRefused;
      view.reason = view.run.notes.empty() ? "the finding did not appear" : view.run.notes.front();
    }
    return view;
  }

 private:
  [[nodiscard]] ChildCommand CommandFor(const std::string& path, const std::string& files) const {
    ChildCommand command;
    command.file = "/proc/self/exe";
    command.argv = {"heddle", "replay", path, "--json", files + ".json", "--hide-output"};
    if (options_.renderings.detail() == report::Detail::kTimeline)
      command.argv.emplace_back("--timeline");
    if (!options_.program.empty())
      command.argv.insert(command.argv.end(), {"--program", options_.program});
    command.stdout_path = files + ".out";
    command.stderr_path = files + ".err";
    return command;
  }

  const ReportOptions& options_;
  std::string scratch_;
  size_t number_ = 0;
};

// A file of one input: a card is replayed, a report is read.
[[nodiscard]] driver::Status AddFile(const std::string& path, CardReplayer& replayer,
                                     ReportView& report) {
  const std::string text = FileContents(path);
  std::string why;
  if (std::optional<ReportView> stored = report::ReadReport(text, &why); stored.has_value()) {
    if (report.cases.empty()) report.kind = stored->kind;
    std::move(stored->cases.begin(), stored->cases.end(), std::back_inserter(report.cases));
    return driver::Ok();
  }
  // A version says what it is; anything else is a card, or was meant to be one.
  if (why.starts_with("it has report version") && text.find("heddle-card") == std::string::npos)
    return Error{driver::kExitUsage, "cannot read the report '" + Printable(path) + "': " + why,
                 ""};
  const Result<Card> card = driver::LoadCard(path);
  if (!card.ok()) return card.error();
  Result<CaseView> view = replayer.Replay(card.value(), path);
  if (!view.ok()) return view.error();
  report.cases.push_back(std::move(view.value()));
  return driver::Ok();
}

[[nodiscard]] driver::Status WriteAll(const ReportView& report, const ReportOptions& options) {
  driver::Status result = driver::Ok();
  const auto note = [&result](const driver::Status& status) {
    if (!status.ok() && result.ok()) result = status;
  };
  if (options.shows_text()) fmt::print("{}", report::ReportText(report, TerminalTextOptions()));
  if (!options.text_path.empty()) {
    const report::TextOptions text{.directory = SourceRoot()};
    note(WriteOutput(report::ReportText(report, text), options.text_path, "--text"));
  }
  if (!options.json_path.empty()) note(WriteJson(report::ReportJson(report), options.json_path));
  note(WriteRenderings(report, options.renderings));
  return result;
}

[[nodiscard]] std::optional<int> ParseReport(const Arguments& arguments, ReportOptions& options) {
  CLI::App app("Makes reports from cards: heddle report [CARD|DIRECTORY|REPORT.json...] [options]",
               "report");
  Configure(app);
  app.add_option("inputs", options.inputs,
                 "Cards, directories of cards, or JSON reports of `heddle run` (default .heddle)");
  app.add_option("--text", options.text_path,
                 "Write the report as text; without any file the text is printed")
      ->type_name("FILE");
  app.add_option("--json", options.json_path, "Write the report as JSON; - is standard output")
      ->type_name("FILE");
  AddRenderingOptions(app, options.renderings);
  app.add_option("--program", options.program,
                 "Run this program instead of the one that the cards name")
      ->type_name("PATH");
  app.footer(
      "Cards are replayed, so their program must be at hand, in the build that was recorded.\n"
      "Exit status: 0 the report was made, 2 an input was not usable or an output not writable.");
  app.get_option("inputs")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (const std::optional<int> ended = Parse(app, arguments)) return ended;
  if (options.inputs.empty()) options.inputs = {".heddle"};
  if (const driver::Status writable = CheckOutputs(
          options.renderings, {{"--text", options.text_path}, {"--json", options.json_path}});
      !writable.ok())
    return PrintError(writable.error());
  return std::nullopt;
}

}  // namespace

int ReportCommand(const Arguments& arguments) {
  ReportOptions options;
  if (const std::optional<int> ended = ParseReport(arguments, options)) return *ended;
  driver::InstallInterruptHandlers();
  const Result<std::vector<std::string>> files = FilesOf(options.inputs);
  if (!files.ok()) return PrintError(files.error());
  const Result<TemporaryDirectory> scratch = TemporaryDirectory::Make();
  if (!scratch.ok()) return PrintError(scratch.error());

  ReportView report;
  report.kind = "cards";
  CardReplayer replayer(options, scratch.value().path());
  int status = driver::kExitClean;
  for (const std::string& file : files.value()) {
    if (driver::Interrupted()) break;
    // One bad card does not cost the report of the others; the exit status tells.
    if (driver::Status added = AddFile(file, replayer, report); !added.ok())
      status = PrintError(added.error());
  }
  if (report.cases.empty()) return status != driver::kExitClean ? status : driver::kExitUsage;
  const driver::Status written = WriteAll(report, options);
  return written.ok() ? status : PrintError(written.error());
}

int CleanCommand(const Arguments& arguments) {
  std::string directory = ".heddle";
  CLI::App app("Removes the cards that earlier runs left: heddle clean [DIRECTORY]", "clean");
  Configure(app);
  app.add_option("directory", directory, "The directory of the cards (default .heddle)");
  app.footer("Nothing but cards is removed, and directories that are empty then.");
  if (const std::optional<int> ended = Parse(app, arguments)) return *ended;
  const Result<driver::Cleaned> cleaned = driver::CleanResults(directory);
  if (!cleaned.ok()) return PrintError(cleaned.error());
  fmt::print("removed {} card{}{}\n", cleaned.value().cards, cleaned.value().cards == 1 ? "" : "s",
             cleaned.value().directory_removed ? " and the directory" : "");
  return driver::kExitClean;
}

}  // namespace heddle::cli
