#include "cli/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/console.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitClean;
using driver::kExitUsage;

// Edit distance with insertions, deletions and replacements.
[[nodiscard]] size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

[[nodiscard]] int UnknownOption(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string near = Nearest(name, names);
  const std::string help = "`heddle " + app.get_name() + " --help` lists the options";
  return PrintError(Error{kExitUsage, "unknown option '" + Printable(name) + "'",
                          near.empty() ? help : "did you mean " + near + "? " + help});
}

// The command line of a program in which one word too many was given.
[[nodiscard]] std::optional<int> RunParser(CLI::App& app, Arguments arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return kExitClean;
  } catch (const CLI::ExtrasError&) {
    for (const std::string& word : app.remaining()) {
      if (word.starts_with("-")) return UnknownOption(app, word);
    }
    return PrintError(Error{kExitUsage,
                            "unexpected argument '" + Printable(app.remaining().front()) + "'",
                            "`heddle " + app.get_name() + " --help` says what this command takes"});
  } catch (const CLI::ParseError& error) {
    return PrintError(Error{kExitUsage, Printable(error.what()),
                            "`heddle " + app.get_name() + " --help` says what this command takes"});
  }
  return std::nullopt;
}

}  // namespace

void Configure(CLI::App& app) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.set_help_flag("--help,-h", "Say what this command does and end");
  app.get_formatter()->column_width(34);
}

std::optional<int> Parse(CLI::App& app, const Arguments& arguments) {
  return RunParser(app, arguments);
}

std::optional<int> ParseWithProgram(CLI::App& app, const Arguments& defaults,
                                    const Arguments& arguments, Arguments& program) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  Arguments options = defaults;
  options.insert(options.end(), arguments.begin(), dashes);
  app.prefix_command();
  if (const std::optional<int> ended = RunParser(app, std::move(options))) return ended;
  program = app.remaining();
  // With prefix_command unknown options are not refused but kept in front of the program.
  if (!program.empty() && program.front().starts_with("-"))
    return UnknownOption(app, program.front());
  if (dashes != arguments.end()) {
    // A "--" after the program's name belongs to the program.
    program.insert(program.end(), program.empty() ? dashes + 1 : dashes, arguments.end());
  }
  return std::nullopt;
}

driver::Result<Arguments> SplitOptions(std::string_view text) {
  Arguments words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') return Error{kExitUsage, "HEDDLE_OPTIONS has an unclosed quote", "close it"};
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::string Nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  // One mistake in three characters is a typing error, more is another word.
  size_t best_distance = std::max<size_t>(word.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = Distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace heddle::cli
