#include "cli/gdb.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "cli/console.h"
#include "cli/explore_replay.h"
#include "driver/elf_probe.h"
#include "driver/unique_fd.h"

namespace heddle::cli {
namespace {

using driver::Card;
using driver::Error;

// The decisions as the loom reads them: 32-bit words. In a memfd, so that nothing is left behind; gdb and the program
// inherit it.
[[nodiscard]] driver::Result<int> DecisionsDescriptor(const Card& card) {
  driver::UniqueFd file(memfd_create("heddle-decisions", 0));
  const size_t bytes = card.decisions.size() * sizeof(trace::Decision);
  if (!file.valid() ||
      write(file.get(), card.decisions.data(), bytes) != static_cast<ssize_t>(bytes)) {
    return Error{driver::kExitUnsupported,
                 std::string("cannot store the decisions: ") + std::strerror(errno), ""};
  }
  return dup(file.get());  // Stays open for gdb.
}

void AddCommand(std::vector<std::string>& words, const std::string& command) {
  words.emplace_back("-ex");
  words.push_back(command);
}

using Variables = std::vector<std::pair<std::string, std::string>>;

// Replaces this process by gdb, ready to run the program with `variables` in its environment and the loom before its
// libraries. Returns only if that fails.
[[nodiscard]] int BecomeGdb(const Card& card, const Prepared& prepared,
                            const Variables& variables) {
  const driver::Result<std::string> gdb = driver::FindProgram("gdb", std::getenv("PATH"));
  if (!gdb.ok()) {
    return PrintError(Error{driver::kExitUsage, "gdb was not found in PATH",
                            "install gdb, or replay without --gdb"});
  }
  // The loom is preloaded into the program only, not into gdb and not into a shell in between.
  std::vector<std::string> words = {gdb.value(), "-q", "-ex", "set startup-with-shell off"};
  const driver::Invocation& invocation = prepared.invocation;
  for (const std::string& entry :
       driver::PreloadEnvironment(invocation.environment, invocation.library)) {
    const std::string name = entry.substr(0, entry.find('='));
    if (name != "LD_PRELOAD" && name != "LD_LIBRARY_PATH") continue;
    AddCommand(words, "set environment " + name + " " + entry.substr(name.size() + 1));
  }
  for (const auto& [name, value] : variables)
    AddCommand(words, "set environment " + name + " " + value);
  AddCommand(words, "set breakpoint pending on");
  AddCommand(words, "break heddle_finding");
  // Signals that the loom may use for itself are the program's business, not the user's.
  AddCommand(words, "handle SIG34 SIG35 nostop noprint pass");
  words.emplace_back("--args");
  words.push_back(invocation.program_path);
  words.insert(words.end(), invocation.argv.begin() + 1, invocation.argv.end());

  if (!invocation.working_directory.empty() && chdir(invocation.working_directory.c_str()) != 0) {
    return PrintError(
        Error{driver::kExitUsage,
              "cannot enter '" + invocation.working_directory + "': " + std::strerror(errno), ""});
  }
  // What the card recorded of the environment reaches the program through gdb's own.
  for (const auto& [name, value] : card.environment) {
    if (name != "LD_LIBRARY_PATH" && name != "LD_PRELOAD") setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(gdb.value().c_str(), pointers.data());
  return PrintError(
      Error{driver::kExitUsage, std::string("cannot start gdb: ") + std::strerror(errno), ""});
}

}  // namespace

int ReplayInGdb(const Card& card, const Prepared& prepared) {
  const driver::Result<int> decisions = DecisionsDescriptor(card);
  if (!decisions.ok()) return PrintError(decisions.error());
  return BecomeGdb(card, prepared,
                   {{"HEDDLE_EXECUTOR", "baton"},
                    {"HEDDLE_REPLAY", "/proc/self/fd/" + std::to_string(decisions.value())},
                    {"HEDDLE_DETECT", std::to_string(card.detect)}});
}

int ReplayExplorationInGdb(const Card& card, const std::string& card_path,
                           const Prepared& prepared) {
  Prepared program = prepared;
  if (!card.explore_argument.empty()) program.invocation.argv.push_back(card.explore_argument);
  // The library asks this command to read the card and to report.
  return BecomeGdb(card, program, ExploreReplayVariables(card_path));
}

}  // namespace heddle::cli
