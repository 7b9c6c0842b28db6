// The `heddle` command: finds the named command and hands it the rest of the words.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/parse.h"
#include "driver/version.h"

namespace {

using heddle::cli::Arguments;

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Arguments&);
};

constexpr Command kCommands[] = {
    {"run", "explore the schedules of a program and report what is wrong", heddle::cli::RunCommand},
    {"replay", "run the execution of a card again", heddle::cli::ReplayCommand},
    {"report", "make reports from cards or stored results", heddle::cli::ReportCommand},
    {"clean", "remove the cards that earlier runs left", heddle::cli::CleanCommand},
    {"explain", "tell the story of a card", heddle::cli::ExplainCommand},
    {"doctor", "check that Heddle works on this machine", heddle::cli::DoctorCommand},
    {"demo", "find planted bugs in the example programs", heddle::cli::DemoCommand},
    {"c++", "compile or link C++ for Heddle with clang++", heddle::cli::CxxCommand},
    {"cc", "compile or link C for Heddle with clang", heddle::cli::CcCommand},
};

void PrintHelp(std::FILE* file) {
  fmt::print(file,
             "Heddle takes over the scheduling of a C++ program and finds what breaks it.\n\n");
  fmt::print(file,
             "  g++ -g -O1 -fsanitize=thread queue_test.cc -o queue_test\n  heddle run -- "
             "./queue_test\n\n");
  fmt::print(file, "Commands (`heddle COMMAND --help` says more):\n");
  for (const Command& command : kCommands)
    fmt::print(file, "  {:8}{}\n", command.name, command.summary);
  fmt::print(
      file,
      "\nExit status: 0 nothing found, 1 a finding, 2 bad usage or input, 3 a bug in Heddle,\n"
      "4 something it does not support, or a limit.\n");
}

[[nodiscard]] int UnknownCommand(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : kCommands) names.emplace_back(command.name);
  const std::string near = heddle::cli::Nearest(word, names);
  std::string remedy = near.empty() ? "" : "did you mean `heddle " + near + "`? ";
  remedy += "`heddle --help` lists the commands; to run a program: heddle run -- PROGRAM";
  const std::string what = word.starts_with("-") ? "option" : "command";
  return heddle::cli::PrintError({heddle::driver::kExitUsage,
                                  "unknown " + what + " '" + heddle::cli::Printable(word) + "'",
                                  remedy});
}

[[nodiscard]] int Dispatch(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (words.empty()) {
    PrintHelp(stderr);
    return heddle::driver::kExitUsage;
  }
  const std::string& first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    PrintHelp(stdout);
    return heddle::driver::kExitClean;
  }
  if (first == "--version") {
    fmt::print("heddle {}\n", heddle::driver::Version());
    return heddle::driver::kExitClean;
  }
  const Arguments rest(words.begin() + 1, words.end());
  for (const Command& command : kCommands) {
    if (command.name == first) return command.run(rest);
  }
  if (first == "__describe") return heddle::cli::DescribeCommand(rest);
  if (first == "__load-card") return heddle::cli::LoadCardCommand(rest);
  return UnknownCommand(first);
}

// Whoever asked does not get the answer, so the command failed, whatever it found.
[[nodiscard]] int OutputLost(int error) {
  return heddle::cli::PrintError(
      {heddle::driver::kExitUsage,
       std::string("cannot write to standard output: ") + std::strerror(error),
       "make room, or send it elsewhere"});
}

}  // namespace

int main(int argc, char** argv) {
  const auto bug = [](const std::exception& exception) {
    return heddle::cli::PrintError(
        {heddle::driver::kExitBug, std::string("bug in Heddle: ") + exception.what(), ""});
  };
  // Heddle's own code throws nothing, but the libraries under it may (memory runs out, a path is not a path).
  try {
    const int status = Dispatch(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return OutputLost(errno);
    return status;
  } catch (const std::system_error& error) {
    // fmt throws this for what it cannot print.
    return std::ferror(stdout) != 0 ? OutputLost(error.code().value()) : bug(error);
  } catch (const std::exception& exception) {
    return bug(exception);
  }
}
