// heddle c++ and heddle cc: the compiler, with instrumentation, linked against Heddle.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/wrapper_arguments.h"
#include "driver/elf_probe.h"
#include "driver/libraries.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::Result;

constexpr int kNewestClang = 19;
constexpr int kOldestClang = 14;
constexpr std::string_view kCompilerOption = "--heddle-compiler=";

struct Language {
  const char* command;      // "c++"
  const char* compiler;     // "clang++"
  const char* environment;  // variable that names another compiler
};

// The named compiler, or the newest clang in PATH.
[[nodiscard]] Result<std::string> FindCompiler(const Language& language, const std::string& named) {
  const char* path = std::getenv("PATH");
  std::string wanted = named;
  if (wanted.empty()) {
    const char* value = std::getenv(language.environment);
    if (value != nullptr) wanted = value;
  }
  if (!wanted.empty()) {
    Result<std::string> found = driver::FindProgram(wanted, path);
    if (found.ok()) return found;
    return Error{driver::kExitUsage, "the compiler '" + wanted + "' was not found",
                 fmt::format("check {}NAME or {}", kCompilerOption, language.environment)};
  }
  for (int version = kNewestClang; version >= kOldestClang; --version) {
    Result<std::string> found =
        driver::FindProgram(fmt::format("{}-{}", language.compiler, version), path);
    if (found.ok()) return found;
  }
  Result<std::string> found = driver::FindProgram(language.compiler, path);
  if (found.ok()) return found;
  return Error{driver::kExitUsage, fmt::format("no {} was found in PATH", language.compiler),
               fmt::format("install clang {} or newer, or name a compiler with {}NAME or {}",
                           kOldestClang, kCompilerOption, language.environment)};
}

void PrintHelp(const Language& language) {
  fmt::print(
      "heddle {0} [{1}NAME] [arguments of the compiler]\n\n"
      "Runs the newest {2} (or the compiler named by {1} or {3}) with\n"
      "-fsanitize=thread and -g, and links with Heddle's library instead of the compiler's "
      "ThreadSanitizer.\n"
      "g++ works as well. For the compiler's own help: heddle {0} --help=…, or {2} --help.\n",
      language.command, kCompilerOption, language.compiler, language.environment);
}

[[nodiscard]] int Compile(const Language& language, const Arguments& words) {
  if (words.empty() || words.front() == "--help") {
    PrintHelp(language);
    return words.empty() ? driver::kExitUsage : driver::kExitClean;
  }
  std::string named;
  Arguments arguments;
  for (const std::string& word : words) {
    if (word.starts_with(kCompilerOption)) {
      named = word.substr(kCompilerOption.size());
    } else {
      arguments.push_back(word);
    }
  }
  const Result<std::string> compiler = FindCompiler(language, named);
  if (!compiler.ok()) return PrintError(compiler.error());
  const Result<driver::LoomLibrary> library = driver::FindLoomLibrary();
  if (!library.ok()) return PrintError(library.error());
  const std::string libtsan = library.value().directory + "/libtsan.so.2";
  if (access(libtsan.c_str(), R_OK) != 0) {
    return PrintError(Error{driver::kExitUsage,
                            "Heddle's library is incomplete: " + libtsan + " is missing",
                            "build or install Heddle completely"});
  }
  Arguments command = WrapperArguments(FamilyOf(compiler.value()), arguments, libtsan);
  command.insert(command.begin(), compiler.value());
  std::vector<char*> pointers;
  for (std::string& word : command) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(compiler.value().c_str(), pointers.data());
  return PrintError(Error{driver::kExitUsage,
                          "cannot start '" + compiler.value() + "': " + std::strerror(errno), ""});
}

}  // namespace

int CxxCommand(const Arguments& arguments) {
  return Compile({"c++", "clang++", "HEDDLE_CXX"}, arguments);
}
int CcCommand(const Arguments& arguments) {
  return Compile({"cc", "clang", "HEDDLE_CC"}, arguments);
}

}  // namespace heddle::cli
