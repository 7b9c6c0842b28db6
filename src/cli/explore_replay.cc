#include "cli/explore_replay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <vector>

#include "cli/console.h"
#include "cli/json_file.h"
#include "cli/temporary_directory.h"
#include "report/json_read.h"

namespace heddle::cli {
namespace {

using driver::Error;

[[nodiscard]] std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

[[nodiscard]] std::string Absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.string();
}

// Runs in the child.
[[noreturn]] void StartProgram(const driver::Invocation& invocation, std::vector<char*>& argv,
                               std::vector<char*>& environment, bool hide_output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string& directory = invocation.working_directory;
  if (!directory.empty() && chdir(directory.c_str()) != 0) _exit(127);
  if (hide_output) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
  }
  execve(invocation.program_path.c_str(), argv.data(), environment.data());
  _exit(127);
}

[[nodiscard]] std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Shows what the library left.
[[nodiscard]] int Report(const std::string& directory, const ExploreReplayOptions& options,
                         int status) {
  fmt::print(options.json_path == "-" ? stderr : stdout, "{}",
             FileText(directory + "/" + kReplayReport));
  const std::string text = FileText(directory + "/" + kReplayJson);
  if (!options.json_path.empty()) {
    const driver::Status written =
        WriteJson(nlohmann::json::parse(text, nullptr, false), options.json_path);
    if (!written.ok()) return PrintError(written.error());
  }
  std::string why;
  const std::optional<report::ReportView> report = report::ReadReport(text, &why);
  if (!report.has_value())
    return PrintError(
        Error{driver::kExitBug, "the report of the replay is not usable: " + why, ""});
  const driver::Status written = WriteRenderings(*report, options.renderings);
  return written.ok() ? status : PrintError(written.error());
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ExploreReplayVariables(
    const std::string& card_path) {
  std::error_code error;
  return {{"HEDDLE_REPLAY_CARD", Absolute(card_path)},
          {"HEDDLE_COMMAND", std::filesystem::read_symlink("/proc/self/exe", error).string()}};
}

int ReplayExploration(const driver::Card& card, const std::string& card_path,
                      const Prepared& prepared, const ExploreReplayOptions& options) {
  const driver::Result<TemporaryDirectory> scratch = TemporaryDirectory::Make();
  if (!scratch.ok()) return PrintError(scratch.error());
  const std::string& directory = scratch.value().path();
  driver::Invocation invocation = prepared.invocation;
  if (!card.explore_argument.empty()) invocation.argv.push_back(card.explore_argument);
  std::vector<std::string> environment =
      driver::PreloadEnvironment(invocation.environment, invocation.library);
  for (const auto& [name, value] : ExploreReplayVariables(card_path))
    environment.push_back(name + "=" + value);
  environment.push_back("HEDDLE_REPLAY_RESULT=" + directory);
  if (options.detail == report::Detail::kTimeline)
    environment.emplace_back("HEDDLE_REPLAY_TIMELINE=1");
  std::vector<char*> argv = Pointers(invocation.argv);
  std::vector<char*> variables = Pointers(environment);
  const pid_t pid = fork();
  if (pid < 0) {
    return PrintError(Error{driver::kExitUnsupported,
                            std::string("cannot start a process: ") + std::strerror(errno), ""});
  }
  if (pid == 0) StartProgram(invocation, argv, variables, options.hide_output);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  std::ifstream result(directory + "/" + kReplayStatus);
  int exit_status = 0;
  if (result >> exit_status) return Report(directory, options, exit_status);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return PrintError(Error{driver::kExitUsage, "cannot start '" + invocation.program_path + "'",
                            "check the program and the directory it starts in"});
  return PrintError(Error{driver::kExitUnsupported,
                          "the program ended without getting to the exploration of the card, '" +
                              Printable(card.explore_name) + "'",
                          "is it the same program, and was that test not left out or renamed?"});
}

}  // namespace heddle::cli
