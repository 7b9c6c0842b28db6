// How the command talks: errors and notes on standard error, in one calm form; a progress line where somebody watches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "driver/status.h"
#include "report/text.h"

namespace heddle::cli {

// "heddle: what on what: why" and, indented under it, what to do. Returns the error's exit status.
int PrintError(const driver::Error& error);

// "heddle: note: …" on standard error.
void PrintNote(std::string_view text);

// The text without control characters: for words that come out of files and could command the terminal.
[[nodiscard]] std::string Printable(std::string_view text);

// Colour, width and directory for this standard output.
[[nodiscard]] report::TextOptions TerminalTextOptions();

// One line on standard error that is rewritten in place; silent when standard error is not a terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { Clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(const std::string& text);
  void Clear();

 private:
  bool terminal_;
  bool shown_ = false;
};

}  // namespace heddle::cli
