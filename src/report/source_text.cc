#include "report/source_text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "report/utf8.h"

namespace heddle::report {
namespace {

// Beyond is no file that a person wrote.
constexpr size_t kLinesMax = 200'000;
constexpr size_t kColumnsMax = 500;

std::vector<std::string> ReadLines(const std::string& file) {
  std::vector<std::string> lines;
  std::error_code error;
  // Not a pipe that never ends: the name comes from debug information, or from a file that was edited.
  if (!std::filesystem::is_regular_file(file, error)) return lines;
  std::ifstream stream(file, std::ios::binary);
  std::string line;
  while (lines.size() < kLinesMax && std::getline(stream, line)) {
    std::erase(line, '\r');
    std::erase(line, '\0');
    lines.push_back(Utf8(std::string_view(line).substr(0, kColumnsMax)));
  }
  return lines;
}

}  // namespace

std::vector<SourceText::Line> SourceText::Lines(const std::string& file, uint32_t from,
                                                uint32_t to) {
  std::vector<Line> lines;
  if (file.empty()) return lines;
  const auto [entry, inserted] = files_.try_emplace(file);
  if (inserted) entry->second = ReadLines(file);
  const std::vector<std::string>& all = entry->second;
  for (uint32_t number = std::max(from, 1u); number <= to && number <= all.size(); ++number)
    lines.push_back({number, all[number - 1]});
  return lines;
}

std::string SourceText::Trimmed(const std::string& file, uint32_t line) {
  const std::vector<Line> lines = line == 0 ? std::vector<Line>() : Lines(file, line, line);
  if (lines.empty()) return "";
  const std::string& text = lines.front().text;
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace heddle::report
