#include "cli/card_run.h"

#include <filesystem>
#include <system_error>

#include "cli/console.h"

namespace heddle::cli {

using driver::Card;
using driver::Error;
using driver::Result;

namespace {

void SetVariable(std::vector<std::string>& environment, const std::string& name,
                 const std::string& value) {
  std::erase_if(environment,
                [&name](const std::string& entry) { return entry.starts_with(name + "="); });
  environment.push_back(name + "=" + value);
}

}  // namespace

Result<Prepared> PrepareFromCard(const Card& card, const std::string& named_program) {
  std::error_code error;
  std::string directory = card.directory;
  if (!directory.empty() && !std::filesystem::is_directory(directory, error)) {
    PrintNote("the directory of the card, " + Printable(directory) +
              ", does not exist: running in this one");
    directory.clear();
  }
  std::string program = named_program.empty() ? card.program_path : named_program;
  std::filesystem::path path(program);
  if (path.is_relative()) {
    path = (named_program.empty() && !directory.empty() ? std::filesystem::path(directory)
                                                        : std::filesystem::current_path(error)) /
           path;
  }
  Result<Prepared> prepared = Prepare({path.lexically_normal().string()});
  if (!prepared.ok()) {
    if (!named_program.empty()) return prepared;
    Error failure = prepared.error();
    failure.remedy += (failure.remedy.empty() ? "" : "; ") +
                      std::string("or name the program with --program PATH");
    return failure;
  }
  driver::Invocation& invocation = prepared.value().invocation;
  invocation.argv = card.argv;
  invocation.working_directory = directory;
  for (const auto& [name, value] : card.environment)
    SetVariable(invocation.environment, name, value);
  if (prepared.value().facts.build_id != card.build_id) {
    PrintNote("'" + prepared.value().facts.path +
              "' is another build than the one that was recorded: the schedule may not fit it");
  }
  return prepared;
}

driver::LoomSettings SettingsOf(const Card& card) {
  driver::LoomSettings settings;
  settings.strategy = card.strategy;
  settings.seed = card.seed;
  settings.detect = card.detect;
  return settings;
}

}  // namespace heddle::cli
