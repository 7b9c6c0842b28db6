// heddle explain: runs the execution of a card again and tells how its finding came about.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "cli/card_run.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/parse.h"
#include "cli/shrinking.h"
#include "driver/card.h"
#include "driver/interrupt.h"
#include "report/discipline_json.h"
#include "report/text.h"

namespace heddle::cli {
namespace {

using driver::Card;
using driver::Error;
using driver::Result;

struct ExplainOptions {
  std::string card;
  std::string program;
  uint32_t lines = 200;
  bool ascii = false;
};

[[nodiscard]] std::optional<int> ParseExplain(const Arguments& arguments, ExplainOptions& options) {
  CLI::App app("Tells how the finding of a card came about: heddle explain CARD [options]",
               "explain");
  Configure(app);
  app.add_option("card", options.card, "The card, as `heddle run` named it")->required();
  app.add_option("--lines", options.lines, "Lines of the story at most; 0 is all (default 200)")
      ->type_name("N");
  app.add_flag("--ascii", options.ascii, "No other characters than ASCII");
  app.add_option("--program", options.program,
                 "Run this program instead of the one that the card names")
      ->type_name("PATH");
  app.footer(
      "Exit status: 1 the finding was reproduced and told, 2 bad usage or card, 3 a bug in "
      "Heddle,\n"
      "4 the finding did not appear again, or a limit.");
  return Parse(app, arguments);
}

[[nodiscard]] Error NotThere(const Card& card) {
  return Error{driver::kExitUnsupported,
               fmt::format("the {} of the card did not appear again in its schedule",
                           trace::VerdictName(card.verdict)),
               "`heddle replay` says where the executions differ"};
}

}  // namespace

int ExplainCommand(const Arguments& arguments) {
  ExplainOptions options;
  if (const std::optional<int> ended = ParseExplain(arguments, options)) return *ended;
  const Result<Card> card = driver::LoadCard(options.card);
  if (!card.ok()) return PrintError(card.error());
  // The body explores itself; its story is part of what a replay reports.
  if (!card.value().explore_name.empty()) return ReplayCommand({options.card});
  const Result<Prepared> prepared = PrepareFromCard(card.value(), options.program);
  if (!prepared.ok()) return PrintError(prepared.error());

  driver::InstallInterruptHandlers();
  const Result<driver::StandardInput> input = driver::StandardInput::Take();
  if (!input.ok()) return PrintError(input.error());
  RunOptions run;
  run.exploration.loom = SettingsOf(card.value());
  Shrinking shrinking(run, prepared.value(), input.value());
  std::optional<report::FindingView> view = shrinking.Explain(card.value());
  if (!view.has_value()) return PrintError(NotThere(card.value()));
  view->card = options.card;
  report::ReadExplanation(card.value().explanation, &*view);
  report::TextOptions text = TerminalTextOptions();
  text.story_lines_max = options.lines;
  text.ascii = text.ascii || options.ascii;
  fmt::print("{}", report::StoryText(*view, text));
  return driver::kExitFinding;
}

}  // namespace heddle::cli
