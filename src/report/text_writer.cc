// See text_writer.h.
#include "report/text_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "report/names.h"
#include "report/sentences.h"
#include "report/trim.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

// Functions are padded to the longest of their stack, but one very long name must not push all places off the screen.
constexpr size_t kFunctionColumnMax = 56;

// Lines of a source file that are looked at; beyond is no file that a person wrote.
constexpr size_t kSourceLinesMax = 500'000;

constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kPlain = "\033[0m";

std::string_view TrimSpaces(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::string Harmless(std::string_view foreign) {
  std::string text(foreign);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t') c = ' ';
    if (c != ' ' && (byte < 0x20 || byte == 0x7f)) c = '?';
  }
  return text;
}

std::string Grouped(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

void TextWriter::Heading(std::string_view line) {
  if (!options_.color) return Line(line);
  Line(fmt::format("{}{}{}", kBold, line, kPlain));
}

void TextWriter::Quote(std::string_view foreign, size_t lines_max) {
  std::vector<std::string_view> lines;
  while (!foreign.empty()) {
    const size_t end = foreign.find('\n');
    lines.push_back(foreign.substr(0, end));
    foreign.remove_prefix(end == std::string_view::npos ? foreign.size() : end + 1);
  }
  const size_t skipped = lines.size() > lines_max ? lines.size() - lines_max : 0;
  if (skipped > 0) Line(fmt::format("    | ... {}", Count(skipped, "earlier line")));
  for (size_t i = skipped; i < lines.size(); ++i) Line("    | " + Harmless(lines[i]));
}

std::string TextWriter::Path(std::string_view path) const {
  const std::string& directory = options_.directory;
  const bool below = !directory.empty() && path.size() > directory.size() + 1 &&
                     path.substr(0, directory.size()) == directory && path[directory.size()] == '/';
  return Harmless(below ? path.substr(directory.size() + 1) : path);
}

std::string TextWriter::Place(const Frame& frame) const {
  if (!frame.file.empty()) {
    std::string place = fmt::format("{}:{}", Path(frame.file), frame.line);
    if (frame.column != 0) place += fmt::format(":{}", frame.column);
    return place;
  }
  if (!frame.module.empty())
    return fmt::format("({}+{:#x})", Path(frame.module), frame.module_offset);
  return fmt::format("(address {:#x})", frame.address);
}

std::optional<std::string> TextWriter::SourceLine(const std::string& file, uint32_t line) {
  if (!options_.source_lines || file.empty() || line == 0) return std::nullopt;
  const auto [entry, inserted] = sources_.try_emplace(file);
  if (inserted) {
    std::ifstream stream(file);
    std::string text;
    while (entry->second.size() < kSourceLinesMax && std::getline(stream, text))
      entry->second.push_back(text);
  }
  if (line > entry->second.size()) return std::nullopt;
  std::string text = Harmless(Utf8(TrimSpaces(entry->second[line - 1])));
  if (text.empty()) return std::nullopt;
  return text;
}

void TextWriter::AddStack(const Stack& stack) {
  if (stack.frames.empty()) return Line("      (no stack was recorded)");
  std::vector<std::string> names;
  size_t width = 0;
  for (const Frame& frame : stack.frames) {
    names.push_back(frame.function.empty() ? "??" : Harmless(WithoutAnonymous(frame.function)));
    width = std::max(width, std::min(names.back().size(), kFunctionColumnMax));
  }
  const size_t number_width = std::to_string(stack.frames.size() - 1).size();
  const Frame* quoted = UserFrame(stack);
  for (size_t i = 0; i < stack.frames.size(); ++i) {
    const Frame& frame = stack.frames[i];
    Line(fmt::format("      #{:<{}} {:<{}}  {}", i, number_width, names[i], width, Place(frame)));
    if (&frame != quoted) continue;
    if (const auto source = SourceLine(frame.file, frame.line); source) {
      Line(fmt::format("       {:>{}}   {} | {}", "", number_width, frame.line, *source));
    }
  }
}

}  // namespace heddle::report
