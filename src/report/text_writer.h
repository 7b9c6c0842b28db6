// The pieces that all parts of the text share: headings, stacks in columns, quoted source, paths.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/model.h"
#include "report/text.h"

namespace heddle::report {

class TextWriter {
 public:
  explicit TextWriter(const TextOptions& options) : options_(options) {}

  [[nodiscard]] const TextOptions& options() const { return options_; }
  [[nodiscard]] std::string Take() { return std::move(text_); }

  void Line(std::string_view line = "") { text_.append(line).push_back('\n'); }
  // A line that stands out, if there is colour.
  void Heading(std::string_view line);
  // Quotes text of the program: nothing in it can command the terminal or be taken for ours.
  void Quote(std::string_view foreign, size_t lines_max);
  // A stack, indented, with the source line under the innermost frame of the program.
  void AddStack(const Stack& stack);

  // "src/account.cc:17:9", relative to the directory of the options; the module and offset where no line is known.
  [[nodiscard]] std::string Place(const Frame& frame) const;
  [[nodiscard]] std::string Path(std::string_view path) const;
  // The text of a source line, if the file can be read and is to be quoted.
  [[nodiscard]] std::optional<std::string> SourceLine(const std::string& file, uint32_t line);

 private:
  const TextOptions& options_;
  std::string text_;
  std::map<std::string, std::vector<std::string>>
      sources_;  // files read so far; unreadable ones are empty
};

// Control characters become '?'; a tab becomes a space.
[[nodiscard]] std::string Harmless(std::string_view foreign);

// "12,345".
[[nodiscard]] std::string Grouped(uint64_t number);

// Part of FindingText: the table of events.
void AddEventTable(const FindingView& finding, TextWriter* out);

// Part of FindingText: what further executions showed, what to do, what it led to.
void AddDisciplineText(const FindingView& finding, TextWriter* out);

// Part of FindingText: the story; the table of events where there is none.
void AddStoryText(const FindingView& finding, TextWriter* out);

}  // namespace heddle::report
