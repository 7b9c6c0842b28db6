// Source files as a report quotes them: read once, made UTF-8.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace heddle::report {

class SourceText {
 public:
  // Lines `from` to `to` (from 1, both included) as far as they exist; empty if the file cannot be read.
  struct Line {
    uint32_t number;
    std::string text;
  };
  [[nodiscard]] std::vector<Line> Lines(const std::string& file, uint32_t from, uint32_t to);
  // One line without the blanks around it, "" if there is none.
  [[nodiscard]] std::string Trimmed(const std::string& file, uint32_t line);

 private:
  std::map<std::string, std::vector<std::string>> files_;  // unreadable ones are empty
};

}  // namespace heddle::report
