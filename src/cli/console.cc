#include "cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace heddle::cli {

int PrintError(const driver::Error& error) {
  std::fflush(stdout);  // In the order in which things were said, also in a file that gets both.
  fmt::print(stderr, "heddle: {}\n", error.message);
  if (!error.remedy.empty()) fmt::print(stderr, "        {}\n", error.remedy);
  return error.exit_status;
}

void PrintNote(std::string_view text) { fmt::print(stderr, "heddle: note: {}\n", text); }

std::string Printable(std::string_view text) {
  std::string safe(text);
  std::replace_if(
      safe.begin(), safe.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return safe;
}

report::TextOptions TerminalTextOptions() {
  report::TextOptions options;
  winsize size{};
  if (isatty(STDOUT_FILENO) != 0) {
    const char* no_color = std::getenv("NO_COLOR");
    options.color = no_color == nullptr || no_color[0] == '\0';
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
      options.width = size.ws_col;
  }
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::current_path(error);
  if (!error) options.directory = directory.string();
  return options;
}

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO) != 0) {}

void ProgressLine::Show(const std::string& text) {
  if (!terminal_) return;
  fmt::print(stderr, "\r\033[K{}", text);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::Clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

}  // namespace heddle::cli
