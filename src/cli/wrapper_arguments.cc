#include "cli/wrapper_arguments.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace heddle::cli {
namespace {

// Options after which the compiler stops before linking.
constexpr std::array<std::string_view, 9> kStopsEarly = {
    "-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "--precompile", "-emit-ast", "--analyze"};

// Options whose next word is a value and not an input.
constexpr std::array<std::string_view, 17> kTakesValue = {
    "-o",      "-x",         "-I",  "-L",  "-D",  "-U",       "-include", "-isystem",
    "-iquote", "-idirafter", "-MF", "-MT", "-MQ", "-Xlinker", "-Xclang",  "-Xpreprocessor",
    "-target"};

template <size_t N>
[[nodiscard]] bool Contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

[[nodiscard]] bool IsDebugOption(const std::string& word) {
  // -g, -g0 … -g3, -ggdb, -gdwarf-5, -gline-tables-only; not -gcc-toolchain and its like.
  static constexpr std::array<std::string_view, 8> kOthers = {
      "-ggdb", "-gdwarf", "-gline", "-gsplit", "-gmlt", "-gfull", "-gmodules", "-gz"};
  if (word == "-g" ||
      (word.size() == 3 && word.starts_with("-g") && word[2] >= '0' && word[2] <= '3'))
    return true;
  return std::any_of(kOthers.begin(), kOthers.end(),
                     [&word](std::string_view prefix) { return word.starts_with(prefix); });
}

}  // namespace

CompilerFamily FamilyOf(const std::string& compiler) {
  const std::string name = std::filesystem::path(compiler).filename().string();
  const bool clang = name.find("clang") != std::string::npos;
  const bool gcc = name.find("g++") != std::string::npos || name.find("gcc") != std::string::npos;
  return gcc && !clang ? CompilerFamily::kGcc : CompilerFamily::kClang;
}

bool Links(const Arguments& arguments) {
  bool input = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (Contains(kStopsEarly, word)) return false;
    if (Contains(kTakesValue, word)) {
      ++i;
    } else if (word == "-" || !word.starts_with("-") || word.starts_with("-l")) {
      input = true;  // A file, a response file or a library.
    }
  }
  return input;
}

Arguments WrapperArguments(CompilerFamily family, const Arguments& arguments,
                           const std::string& libtsan) {
  Arguments result;
  // In front, so that what the user says comes later and wins.
  result.emplace_back("-fsanitize=thread");
  if (!std::any_of(arguments.begin(), arguments.end(), IsDebugOption)) result.emplace_back("-g");
  const bool links = Links(arguments);
  if (family == CompilerFamily::kClang && links) result.emplace_back("-fno-sanitize-link-runtime");
  result.insert(result.end(), arguments.begin(), arguments.end());
  if (!links) return result;
  const std::string run_path =
      "-Wl,-rpath," + std::filesystem::path(libtsan).parent_path().string();
  if (family == CompilerFamily::kGcc) {
    // The program asks for libtsan.so.2 by itself; this way it finds Heddle's when it is started directly.
    result.push_back(run_path);
    return result;
  }
  if (std::find(arguments.begin(), arguments.end(), "-x") != arguments.end()) {
    result.insert(result.end(), {"-x", "none"});  // Otherwise the library would be read as source.
  }
  // A shared library that is linked here finds the runtime in the program that loads it; naming it twice is harmless.
  result.push_back(libtsan);
  result.push_back(run_path);
  return result;
}

}  // namespace heddle::cli
